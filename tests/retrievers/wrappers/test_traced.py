"""Searches and embeddings are spans while an investigation runs, and only then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from opentelemetry import trace

from assistant.domain.errors import OperatorError
from assistant.llmops.instruments import Instruments
from assistant.llmops.retrieval import listening
from retrievers.knowledge.embedding import Vectors
from retrievers.memory import MemoryKnowledge
from retrievers.wrappers.traced import TracedEmbedder, TracedKnowledge
from tests.llmops.observed import Observed


class Embedder:
    name = "small"
    dimensions = 2

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            raise OperatorError("nothing to embed")
        return np.ones((len(texts), 2), dtype=np.float32)


@pytest.fixture
def observed() -> Iterator[Observed]:
    kept = Observed()
    yield kept
    kept.close()


@pytest.fixture
def instruments(observed: Observed) -> Instruments:
    return Instruments(observed.telemetry)


def test_a_search_inside_is_a_child_and_is_heard(
    observed: Observed, instruments: Instruments
) -> None:
    knowledge = TracedKnowledge(MemoryKnowledge(), lambda: instruments)
    seconds: list[float] = []
    agent = instruments.start("invoke_agent", "investigator", {})
    with trace.use_span(agent, end_on_exit=True), listening(seconds):
        knowledge.search("pool exhausted", limit=7)

    span = observed.span("retrieval knowledge")
    assert span.parent
    assert span.parent.span_id == agent.get_span_context().span_id
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.data_source.id": "knowledge",
        "gen_ai.retrieval.top_k": 7,
    }
    assert len(seconds) == 1
    assert observed.points()["causeway.retrieval.duration"][0].count == 1


def test_an_embedding_inside_is_a_child_and_its_failure_is_told(
    observed: Observed, instruments: Instruments
) -> None:
    embedder = TracedEmbedder(Embedder(), lambda: instruments)
    with trace.use_span(instruments.start("retrieval", "knowledge", {}), end_on_exit=True):
        embedder.embed(["a"])
        with pytest.raises(OperatorError):
            embedder.embed([])

    good, bad = [span for span in observed.spans if span.name == "embeddings small"]
    assert good.status.is_unset
    assert dict(bad.attributes or {})["error.type"] == "OperatorError"


def test_the_background_leaves_no_trace(observed: Observed) -> None:
    def needless() -> Instruments:
        raise AssertionError

    TracedKnowledge(MemoryKnowledge(), needless).search("pool")
    TracedEmbedder(Embedder(), needless).embed(["a"])

    assert observed.spans == ()
