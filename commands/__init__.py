"""The commands that talk to a server: `onthedot task …`, `run …`, `preview …` and so on.

Of the project's code with effects they use `onthedot.client` alone. Data goes to standard output,
everything else to standard error. `root.py` lists them; each is a file or two.
"""
