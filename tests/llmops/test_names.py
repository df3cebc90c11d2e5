"""The names that leave the house, against a written list: who renames one breaks dashboards."""

from __future__ import annotations

from typing import Any

from assistant.domain.usage import ModelCall
from assistant.llmops import names
from assistant.llmops.instruments import Instruments
from tests.builders.usage import a_model_call, a_score
from tests.llmops.observed import Observed

CURRENT_ATTRIBUTES = """
gen_ai.operation.name gen_ai.provider.name gen_ai.request.model gen_ai.request.stream
gen_ai.request.max_tokens gen_ai.request.temperature gen_ai.response.id gen_ai.response.model
gen_ai.response.finish_reasons gen_ai.response.time_to_first_chunk gen_ai.usage.input_tokens
gen_ai.usage.output_tokens gen_ai.usage.cache_read.input_tokens
gen_ai.usage.cache_write.input_tokens gen_ai.usage.reasoning.output_tokens gen_ai.token.modality
gen_ai.token.type gen_ai.conversation.id gen_ai.prompt.name gen_ai.prompt.version
gen_ai.agent.name gen_ai.tool.name gen_ai.tool.call.id gen_ai.tool.type
gen_ai.tool.call.arguments gen_ai.tool.call.result gen_ai.data_source.id gen_ai.retrieval.top_k
gen_ai.embeddings.dimension.count gen_ai.input.messages gen_ai.output.messages
gen_ai.evaluation.name gen_ai.evaluation.score.value gen_ai.evaluation.score.label
gen_ai.evaluation.explanation gen_ai.evaluation.result
gen_ai.client.inference.operation.details
"""
CURRENT_METRICS = """
gen_ai.client.inference.usage.input_tokens gen_ai.client.inference.usage.output_tokens
gen_ai.client.inference.usage.cache_read.input_tokens
gen_ai.client.inference.usage.cache_write.input_tokens
gen_ai.client.inference.usage.reasoning.output_tokens
gen_ai.client.inference.operation.input_tokens gen_ai.client.inference.operation.output_tokens
gen_ai.client.inference.duration gen_ai.client.inference.time_to_first_chunk
gen_ai.client.inference.time_per_output_chunk gen_ai.invoke_agent.duration
gen_ai.invoke_agent.inference_calls gen_ai.invoke_agent.tool_calls gen_ai.execute_tool.duration
"""
# Checked against the registry of v1.41 (model/gen-ai/metrics.yaml and registry.yaml).
OLD = """
gen_ai.client.token.usage gen_ai.client.operation.duration
gen_ai.client.operation.time_to_first_chunk gen_ai.client.operation.time_per_output_chunk
gen_ai.usage.cache_creation.input_tokens gen_ai.request.top_k
"""
OURS = """
causeway.model.cost causeway.quality.score causeway.explanation.errors causeway.retrieval.duration
causeway.ledger.failures
"""

EVERYTHING: ModelCall = a_model_call(
    cache_read_tokens=5, cache_write_tokens=6, reasoning_tokens=7, first_chunk_s=0.5
)


def test_the_names_are_those_of_the_conventions() -> None:
    used = {value for value in vars(names).values() if isinstance(value, str)}
    used = {value for value in used if value.startswith("gen_ai.") and not value.endswith(".")}

    assert used == {*CURRENT_ATTRIBUTES.split(), *CURRENT_METRICS.split()}
    old = {*names.OLD_ATTRIBUTES.values(), *names.OLD_HISTOGRAMS.values()}
    assert old == set(OLD.split())


def measured(mode: names.Mode) -> dict[str, list[Any]]:
    observed = Observed()
    instruments = Instruments(observed.telemetry, mode=mode)
    instruments.called(EVERYTHING, [0.01, 0.02])
    for name in (names.AGENT_DURATION, names.AGENT_CALLS, names.AGENT_TOOLS, names.TOOL_DURATION):
        instruments.observe(name, 1, {})
    instruments.observe(names.RETRIEVAL_DURATION, 0.1, {})
    instruments.count(names.LEDGER_FAILURES, 1, {})
    instruments.evaluated(a_score())
    instruments.evaluated(a_score("hallucination_rate"))
    points = observed.points()
    observed.close()
    return points


def test_what_is_measured_has_the_current_names() -> None:
    assert set(measured("current")) == {*CURRENT_METRICS.split(), *OURS.split()}


def test_the_old_names_when_they_are_asked_for() -> None:
    old = {name for name in OLD.split() if ".client." in name}
    without_old = {name for name in CURRENT_METRICS.split() if ".client.inference" not in name}

    assert set(measured("v1.41")) == {*old, *without_old, *OURS.split()}
    assert set(measured("both")) == {*old, *CURRENT_METRICS.split(), *OURS.split()}


def test_tokens_of_v1_41_are_one_histogram_told_apart_by_their_type() -> None:
    points = measured("v1.41")["gen_ai.client.token.usage"]

    sums = {point.attributes["gen_ai.token.type"]: point.sum for point in points}
    assert sums == {"input": 1000, "output": 200}


def test_attributes_by_mode() -> None:
    told = {names.CACHE_WRITE_TOKENS: 3, names.INPUT_TOKENS: 9, names.COST: None}

    assert names.attributes(told, "current") == {
        "gen_ai.usage.cache_write.input_tokens": 3,
        "gen_ai.usage.input_tokens": 9,
    }
    assert names.attributes(told, "v1.41") == {
        "gen_ai.usage.cache_creation.input_tokens": 3,
        "gen_ai.usage.input_tokens": 9,
    }
    assert len(names.attributes(told, "both")) == 3
