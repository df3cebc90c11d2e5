"""Git, read only: what a deployment brought, hunk by hunk."""

from retrievers.code.history import GitHistory

__all__ = ["GitHistory"]
