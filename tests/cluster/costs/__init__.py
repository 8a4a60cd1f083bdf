"""The CPU cost of a run, by nodes and workers. Begin with `__main__.py`."""
