"""What Temporal keeps for years: fields are only ever added. Begin with `task_state.py`."""
