"""Alerts as questions: what fired, where and since when."""
