"""`onthedot task …`: `group.py` lists its commands."""
