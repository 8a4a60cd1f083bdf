"""Tokens, roles and the audit log of REST. Begin with `test_security.py`."""
