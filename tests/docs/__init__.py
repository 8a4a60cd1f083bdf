"""The documentation: what it names exists, and what it says works."""
