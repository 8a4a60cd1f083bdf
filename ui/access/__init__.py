"""Access to the page: sign-in, sessions and security headers.

Begin with `gate.py`.
"""
