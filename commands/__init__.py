"""The commands that talk to a server: `onthedot task …`, `run …`, `preview …` and so on.

They use `onthedot.client` and nothing else of the project that does anything. Data goes to
standard output, all else to standard error. `root.py` lists them; each is a file or two.
"""
