"""What a task was before: its revisions, and tasks that were deleted.

Begin with `revisions.py`.
"""
