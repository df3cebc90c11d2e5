"""Nezha's form of a data set: which service, and what in it, from logs, traces and metrics."""
