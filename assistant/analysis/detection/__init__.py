"""Anomaly windows: what deviated, since when, and how surely."""
