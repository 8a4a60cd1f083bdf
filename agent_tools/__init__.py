"""Tools for language models, by the Model Context Protocol: over standard input and output, and
over HTTP. Everything goes through `client/`, on the caller's behalf. Begin with
`server.py`.
"""
