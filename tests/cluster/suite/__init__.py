"""`make cluster-test` as a whole: what it runs and reports, and that no process stays behind."""
