"""`onthedot task …`. Begin with `group.py`, which lists its commands."""
