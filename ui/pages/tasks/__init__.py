"""The list of tasks: begin at `page`."""
