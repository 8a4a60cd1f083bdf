"""Tasks in files: `onthedot diff`, `apply` and `export`, a file each. Begin with `diff.py`."""
