"""The page's code, without a browser; `tests/e2e` has the browser."""
