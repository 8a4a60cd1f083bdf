"""How a task comes to be: defaults, checks, its id, its start. Begin with `registrations.py`."""
