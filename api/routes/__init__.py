"""The calls of REST, by subject. Begin with `tasks/tasks.py`. `app.py` lists every router."""
