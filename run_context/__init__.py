"""Tells users' activities and workflows which run they belong to, through Temporal's headers.

`current.py` reads the header; `interceptor.py` sends it from this project's workflows, and makes it
available to a worker's activities.
"""
