"""The programs that the tests use: their messages, and that nothing of them stays behind."""
