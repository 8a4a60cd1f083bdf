"""The form for a task: its parts, what they say as a definition, and what it would do.

Begin with `view.py`.
"""
