"""Working examples, which tests/docs/test_examples.py runs. Begin with `invoices.py`."""
