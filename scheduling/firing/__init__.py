"""When a trigger fires: instants, clock changes, exclusions, jitter. Begin with
`occurrences.py`.
"""
