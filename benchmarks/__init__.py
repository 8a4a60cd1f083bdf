"""Measurements of On the Dot, from outside; not part of the package.

`python -m benchmarks` compares it with bare temporalio. Every other module
in this folder is a separate command, such as `python -m benchmarks.page`. Begin with `__main__.py`.
"""
