"""The benchmarks, in small."""
