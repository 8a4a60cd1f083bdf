"""Tasks on the page: the form, lists, history, bulk actions. Begin with `test_register.py`."""
