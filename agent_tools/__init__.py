"""Tools for language models (Model Context Protocol), on standard input and output and over HTTP.

They call the server through `client/`, on the caller's behalf. Begin with `server.py`.
"""
