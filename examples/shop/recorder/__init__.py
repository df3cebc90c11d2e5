"""Runs the shop for real and records what it says."""
