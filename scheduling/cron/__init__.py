"""What a cron expression means. Begin with `expression.py`."""
