"""The pages, one per file or folder: frame, components and calls of the service.

Begin with `tasks/page.py`.
"""
