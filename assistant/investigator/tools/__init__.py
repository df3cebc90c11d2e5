"""Read-only tools over ports."""
