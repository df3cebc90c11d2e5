"""The vector store: hybrid search over log templates, error spans, hunks and runbooks."""

from retrievers.knowledge.store import ChromaKnowledge

__all__ = ["ChromaKnowledge"]
