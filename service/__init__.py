"""The use cases, and the only way to Temporal for REST and the page.

Begin with `tasks/tasks.py`: register, read, replace, delete.
"""
