"""Working examples; tests/test_examples.py runs them."""
