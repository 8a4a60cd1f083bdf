"""What becomes of each line: tasks, notes, and files that are not what they should be."""
