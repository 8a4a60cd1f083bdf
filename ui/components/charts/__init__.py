"""Charts, drawn in the browser: `charts.py` describes them, the `.js` files draw them."""
