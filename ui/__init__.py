"""The management page: NiceGUI at `/ui`, in the server's process, through `service/` alone.

Begin with `routes.py`, which says what page each address shows, then `page_context.py`.
"""
