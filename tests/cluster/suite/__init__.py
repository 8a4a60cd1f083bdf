"""All of `make cluster-test`: what it runs, what it says, and that nothing of it stays behind."""
