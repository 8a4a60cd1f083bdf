"""`onthedot run …`: `group.py` lists its commands."""
