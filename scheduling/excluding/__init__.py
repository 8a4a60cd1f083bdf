"""When not to fire: excluded days and instants, and runs that move off them. Begin with
`exclusions.py`.
"""
