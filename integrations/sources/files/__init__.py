"""Signals from plain files: logs as ndjson, metrics as CSV."""
