"""OpenID Connect, for people and programs: the provider, its tokens, and roles by their claims.

Knows nothing of REST and the page, which both come here. Open provider.py first.
"""
