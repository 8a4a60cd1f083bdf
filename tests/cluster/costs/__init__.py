"""What a run costs in CPU time, by nodes and workers: begin at `__main__`."""
