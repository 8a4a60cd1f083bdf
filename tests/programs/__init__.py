"""The programs that tests are made with: what they say, and that nothing of them stays behind."""
