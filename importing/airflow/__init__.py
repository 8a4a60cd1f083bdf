"""DAG files, read without running them. Begin with `dag.py`."""
