"""Other methods on the same input, in the same run: `python -m benchmarks.peers NAME DIR`."""
