"""The commands that talk to a server: `onthedot task …`, `run …`, `preview …` and so on.

They reach the server only through `onthedot.client`. Data goes to standard output, everything else
to standard error. Begin with `root.py`, which lists them.
"""
