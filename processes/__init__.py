"""Starting, watching and ending processes of this machine. Begin with `supervisor.py`.

Knows nothing of tasks or Temporal.
"""
