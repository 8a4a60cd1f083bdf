"""The use cases. REST and the page reach Temporal only through this package.

Begin with `tasks/tasks.py`: register, read, replace, delete.
"""
