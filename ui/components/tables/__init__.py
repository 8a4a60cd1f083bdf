"""The tables of tasks and runs: rows, pages, and actions on the selected ones."""
