"""The list of tasks: filters, order and tags.

Begin with `listing.py`.
"""
