"""The tables of tasks and runs. Begin with `tables.py`; the `.js` files draw them."""
