"""Starting, watching and ending processes of this machine. Knows nothing of tasks or Temporal."""
