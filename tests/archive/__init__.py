"""The archive of runs. Begin with `test_archive.py`."""
