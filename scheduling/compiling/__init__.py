"""How Temporal is told when to fire: a trigger as a schedule of calendars. Begin with
`compilation.py`.
"""
