"""OpenID Connect, for people and programs: the provider, its tokens, and roles by their claims.

Used by REST and the page. Begin with `provider.py`.
"""
