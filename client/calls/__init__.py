"""What each call asks of the server, one noun a file. Begin with `tasks.py`.

`surface.py` lists them all as methods of both clients.
"""
