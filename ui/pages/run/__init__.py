"""One run: begin at `page`."""
