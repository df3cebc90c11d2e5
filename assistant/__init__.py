"""Causeway: an AI root-cause assistant. Start reading at `assistant/pipeline.py`."""

__version__ = "0.1.0"
