"""Temporal on PostgreSQL, two nodes of each service: `make cluster` and `make cluster-test`.

Begin with `deployment.py`; `parts/` starts the processes.
"""
