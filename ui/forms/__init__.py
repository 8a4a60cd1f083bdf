"""The form of a task: its parts, their definition, and its preview.

Begin with `view.py`; calendars share `edit_form.py`.
"""
