"""DAG files, read without running them. Open `dag.py` first."""
