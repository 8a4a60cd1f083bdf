"""`onthedot run …`. Begin with `group.py`, which lists its commands."""
