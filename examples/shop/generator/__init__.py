"""Labelled incidents from the shop's own behaviour under virtual time."""
