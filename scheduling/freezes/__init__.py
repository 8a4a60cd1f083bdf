"""Windows in which nothing begins by schedule. Begin with `freeze.py`; `windows.py` says when one
is in force.
"""
