"""Background work over ports: learning, indexing, retention, and where analysis runs."""
