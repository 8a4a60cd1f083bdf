"""Working examples; tests/docs/test_examples.py runs them."""
