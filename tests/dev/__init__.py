"""`onthedot dev` and the command line, as processes. Begin with `test_cli.py`."""
