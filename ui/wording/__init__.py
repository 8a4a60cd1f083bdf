"""What the page says and reads: errors, lengths of time, local times. Begin with `errors.py`."""
