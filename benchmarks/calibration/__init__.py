"""How well the confidence keeps its promise: `python -m benchmarks.calibration`."""
