"""Evaluations: incidents with a known cause, their grades, and what differs between runs."""
