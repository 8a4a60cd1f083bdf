"""Tools for language models, by the Model Context Protocol: over standard input and output, and
over HTTP. Everything goes through `client/`, in the name of whoever asks. Begin with `server.py`.
"""
