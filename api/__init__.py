"""REST, thin: parse, call the service, respond.

Begin with `app.py`, which puts it together; the calls are in `routes/`.
"""
