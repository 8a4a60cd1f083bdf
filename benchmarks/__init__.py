"""On the Dot beside bare temporalio, on one machine and in one run: `python -m benchmarks`."""
