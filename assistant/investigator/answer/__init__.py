"""What a model answers with, and how it becomes a part of the report."""
