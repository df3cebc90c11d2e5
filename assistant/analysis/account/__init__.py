"""The report: evidence, causal path, impact, remedies, what was ruled out, what is missing."""
