"""The management page: NiceGUI at `/ui`, in the server's process, through `service/` alone.

Begin with `routes.py`, which maps addresses to pages, then `page_context.py`.
"""
