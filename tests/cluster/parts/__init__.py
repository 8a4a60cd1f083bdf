"""The processes of a cluster. Begin with `cluster.py`."""
