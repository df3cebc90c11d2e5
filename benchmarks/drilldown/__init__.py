"""Drill-down over generated multi-dimensional faults: exact causes, beside Adtributor."""
