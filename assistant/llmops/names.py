"""Every name of OpenTelemetry's GenAI conventions that we use, in one place.

The names are those of `open-telemetry/semantic-conventions-genai` v0.1.0 (status Development).
It renamed some of what v1.41 of the main repository had; a setting gives the old ones, or both.
Names that begin with `causeway.` are our own, for what the conventions have no name for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, TypeVar

Mode: TypeAlias = Literal["current", "v1.41", "both"]

# Operations; a span is called after its operation and what that is done to: `chat {model}`.
CHAT = "chat"
EMBEDDINGS = "embeddings"
RETRIEVAL = "retrieval"
EXECUTE_TOOL = "execute_tool"
INVOKE_AGENT = "invoke_agent"

# Attributes.
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_STREAM = "gen_ai.request.stream"
REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens"
REQUEST_TEMPERATURE = "gen_ai.request.temperature"
RESPONSE_ID = "gen_ai.response.id"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
RESPONSE_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS = "gen_ai.usage.cache_write.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
TOKEN_MODALITY = "gen_ai.token.modality"  # noqa: S105
TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105  of v1.41: input or output
CONVERSATION = "gen_ai.conversation.id"
PROMPT_NAME = "gen_ai.prompt.name"
PROMPT_VERSION = "gen_ai.prompt.version"
AGENT = "gen_ai.agent.name"
TOOL = "gen_ai.tool.name"
TOOL_CALL = "gen_ai.tool.call.id"
TOOL_TYPE = "gen_ai.tool.type"
TOOL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_RESULT = "gen_ai.tool.call.result"
DATA_SOURCE = "gen_ai.data_source.id"
RETRIEVAL_TOP_K = "gen_ai.retrieval.top_k"
EMBEDDINGS_DIMENSIONS = "gen_ai.embeddings.dimension.count"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
EVALUATION = "gen_ai.evaluation.name"
SCORE_VALUE = "gen_ai.evaluation.score.value"
SCORE_LABEL = "gen_ai.evaluation.score.label"
SCORE_EXPLANATION = "gen_ai.evaluation.explanation"
ERROR_TYPE = "error.type"

STEP = "causeway.step"
INVESTIGATION = "causeway.investigation.id"
CHANNEL = "causeway.channel"
USER = "causeway.user"
PROMPT_DIGEST = "causeway.prompt.digest"
ATTEMPT = "causeway.attempt"
COST = "causeway.cost_usd"
ESTIMATED = "causeway.usage.estimated"

# Events.
EVALUATION_RESULT = "gen_ai.evaluation.result"
INFERENCE_DETAILS = "gen_ai.client.inference.operation.details"

# Counters.
USED = "gen_ai.client.inference.usage."
USED_INPUT = USED + "input_tokens"
USED_OUTPUT = USED + "output_tokens"
USED_CACHE_READ = USED + "cache_read.input_tokens"
USED_CACHE_WRITE = USED + "cache_write.input_tokens"
USED_REASONING = USED + "reasoning.output_tokens"
COST_TOTAL = "causeway.model.cost"
LEDGER_FAILURES = "causeway.ledger.failures"

# Histograms.
CALL_INPUT = "gen_ai.client.inference.operation.input_tokens"
CALL_OUTPUT = "gen_ai.client.inference.operation.output_tokens"
DURATION = "gen_ai.client.inference.duration"
FIRST_CHUNK = "gen_ai.client.inference.time_to_first_chunk"
PER_CHUNK = "gen_ai.client.inference.time_per_output_chunk"
AGENT_DURATION = "gen_ai.invoke_agent.duration"
AGENT_CALLS = "gen_ai.invoke_agent.inference_calls"
AGENT_TOOLS = "gen_ai.invoke_agent.tool_calls"
TOOL_DURATION = "gen_ai.execute_tool.duration"
RETRIEVAL_DURATION = "causeway.retrieval.duration"
QUALITY = "causeway.quality.score"  # the higher the better
FAULTS = "causeway.explanation.errors"  # shares as well, but the lower the better

# What v1.41 called them. Tokens of a call were one histogram, told apart by `gen_ai.token.type`.
OLD_ATTRIBUTES: Mapping[str, str] = {
    CACHE_WRITE_TOKENS: "gen_ai.usage.cache_creation.input_tokens",
    RETRIEVAL_TOP_K: "gen_ai.request.top_k",
}
OLD_HISTOGRAMS: Mapping[str, str] = {
    DURATION: "gen_ai.client.operation.duration",
    FIRST_CHUNK: "gen_ai.client.operation.time_to_first_chunk",
    PER_CHUNK: "gen_ai.client.operation.time_per_output_chunk",
    CALL_INPUT: "gen_ai.client.token.usage",
    CALL_OUTPUT: "gen_ai.client.token.usage",
}
OLD_TOKEN_TYPES: Mapping[str, str] = {CALL_INPUT: "input", CALL_OUTPUT: "output"}

# The conventions' names of providers, where LangChain has others.
_PROVIDERS: Mapping[str, str] = {
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "amazon_bedrock": "aws.bedrock",
    "bedrock": "aws.bedrock",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
}

Value = TypeVar("Value")


def provider(told: str) -> str:
    return _PROVIDERS.get(told, told)


def attributes(told: Mapping[str, Value | None], mode: Mode) -> dict[str, Value]:
    """Without what is None, under the names that `mode` asks for."""
    named: dict[str, Value] = {}
    for name, value in told.items():
        if value is None:
            continue
        old = OLD_ATTRIBUTES.get(name)
        if mode != "v1.41" or old is None:
            named[name] = value
        if mode != "current" and old is not None:
            named[old] = value
    return named
