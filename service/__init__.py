"""The use cases, and the only door to Temporal for REST and page.

Begin with `tasks/tasks.py`: register, read, replace, delete.
"""
