"""What a model reads: the report in words, as harmless text in frames."""
