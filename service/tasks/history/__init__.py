"""The past of tasks: their revisions, and deleted tasks.

Begin with `revisions.py`.
"""
