"""The shop's git repository: its history, and how it is built."""
