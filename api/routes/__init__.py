"""The calls of REST, grouped by what they are about. Begin with `tasks/tasks.py`.

`app.py` lists every router; a call that is missing there does not exist.
"""
