"""Tasks in files: read, checked, compared with what a server has, and brought there.

Open `files.py` for how a file becomes tasks, `plan.py` for what is to be done with them.
"""
