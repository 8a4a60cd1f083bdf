"""How many starts are to come, over all tasks, and what a storm of them means. Begin with
`forecast.py`.
"""
