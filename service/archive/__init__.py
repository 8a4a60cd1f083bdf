"""Archives runs, and lists them beyond the retention."""
