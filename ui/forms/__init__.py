"""The form for a task: its parts, their definition, and its preview.

Begin with `view.py`.
"""
