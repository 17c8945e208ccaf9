"""What we measure, and beside whom. `python -m benchmarks` prints one table; every figure is a ratio within one run."""
