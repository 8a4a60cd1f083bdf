"""The side effects: what a task does when it is due, one kind a file."""
