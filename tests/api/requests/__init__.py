"""What all calls share: bodies, parameters, the OpenAPI document. Begin with `test_surface.py`."""
