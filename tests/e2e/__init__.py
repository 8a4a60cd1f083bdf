"""The page in a real browser. Begin with `site.py`, which names what people do there."""
