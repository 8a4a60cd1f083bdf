"""Commands: what they get, and that nothing of them stays behind."""
