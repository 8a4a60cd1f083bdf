"""Sign-in and sessions of the page."""
