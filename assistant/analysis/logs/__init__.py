"""What log lines have in common: shapes, templates, stacks, the names they mention."""
