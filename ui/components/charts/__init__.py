"""Charts. They are drawn in the browser."""
