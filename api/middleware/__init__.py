"""What a request passes before its route, in the order that `api/app.py` gives.

Begin with `security.py`.
"""
