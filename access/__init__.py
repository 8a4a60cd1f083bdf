"""Who may do what, and who did it: roles, identities, and the audit log. Independent of tasks.

Begin with `roles.py`, then `identity.py`.
"""
