"""Tasks in files: reading and applying them."""
