"""What tells a reader something beside what a page shows: toasts, staleness, a freeze's banner."""
