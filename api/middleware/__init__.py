"""What a request passes before its route. `api/app.py` sets the order.

Begin with `security.py`.
"""
