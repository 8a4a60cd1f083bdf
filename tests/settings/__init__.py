"""Settings: their sources, their checks, and their documentation."""
