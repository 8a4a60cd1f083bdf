"""Several servers, TLS and single sign-on, in a real browser."""
