"""Every benchmark in one document: `python -m benchmarks.results` writes benchmarks/RESULTS.md."""
