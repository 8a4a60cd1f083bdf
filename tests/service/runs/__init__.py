"""How tasks run: overlap, retries, cancels, backfills, lateness."""
