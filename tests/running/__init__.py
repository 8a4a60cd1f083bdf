"""How `make test` runs the tests: the processes, what each of them gets, and their Temporal."""
