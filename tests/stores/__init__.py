"""What must be the same on SQLite and on PostgreSQL."""
