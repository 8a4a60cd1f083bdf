"""The use cases of freezes."""
