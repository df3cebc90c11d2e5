"""Models that follow a rule, for figures: what they cost is real, what they say is copied.

Each is a function of the request: it answers with lines of the evidence pack, under the ids that
stand before them, through whatever schema the request offers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.scripted_model.protocol import prompt_tokens
from benchmarks.scripted_model.reply import Reply, ToolUse, fails
from benchmarks.scripted_model.server import Policy

_EVIDENCE = re.compile(r"^(E\d+) (\S+) (.*\b(?:rose|fell|appeared|stopped)\b.*)$", re.MULTILINE)
_VERDICT = re.compile(r"^verdict:\n(\w+), confidence (\S+): (.*) \[(E[^\]]*)\]$", re.MULTILINE)
_SUSPECT = re.compile(r"^\w+ (\S+) “.*, score ", re.MULTILINE)
_BLAMED = re.compile(r"^\w+ (\S+) “.*, score \S+ \[(E[^\]]*)\]$", re.MULTILINE)
_SENTENCES = 4


def no_tool(request: dict[str, Any]) -> Reply:
    """Explains at once."""
    return _through_the_schema(request, _answer(request))


def mistaken(request: dict[str, Any]) -> Reply:
    """Explains at once, with a number in its first sentence that no evidence shows; what is sent
    back to be written again it leaves out."""
    answer = _answer(request)
    if answer["sentences"]:
        answer["sentences"][0]["text"] += " 98765 requests failed."
    return _through_the_schema(request, answer)


def terse(request: dict[str, Any]) -> Reply:
    """Says the verdict, and nothing of what was measured."""
    answer = _answer(request)
    return _through_the_schema(request, answer | {"sentences": answer["sentences"][:1]})


def blaming(request: dict[str, Any]) -> Reply:
    """Blames the first suspect where the analysis blames none, because of what was measured."""
    answer = _answer(request)
    suspect, measured = _BLAMED.search(_text(request)), answer["sentences"][1:2]
    if answer.get("guilty") or suspect is None or not measured:
        return no_tool(request)
    cited = [*measured[0]["evidence"], *suspect[2].split()]
    reason = {"text": measured[0]["text"], "evidence": cited}
    guilt = {"verdict": "change_guilty", "guilty": suspect[1], "overrules": reason}
    return _through_the_schema(request, answer | guilt | {"sentences": [reason]})


def three_tools(request: dict[str, Any]) -> Reply:
    """Asks three different tools in its first turn, as the instructions want it, then explains."""
    if _results(request) or not (offered := _tools(request)):
        return no_tool(request)
    return Reply(tools=tuple(_use(tool, request, 0) for tool in offered[:3]))


def one_by_one(request: dict[str, Any]) -> Reply:
    """Asks the same three tools, but one in each turn."""
    asked, offered = len(_results(request)), _tools(request)
    if asked >= 3 or not offered:
        return no_tool(request)
    return Reply(tools=(_use(offered[asked % len(offered)], request, asked),))


def wandering(request: dict[str, Any]) -> Reply:
    """Asks one tool after another, with ever different arguments, as long as there are any."""
    asked, offered = len(_results(request)), _tools(request)
    if not offered:
        return no_tool(request)
    return Reply(tools=(_use(offered[asked % len(offered)], request, asked),))


def with_context(tokens: int, policy: Policy) -> Policy:
    """A model whose context holds that many prompt tokens: more is refused, as OpenAI does."""

    def asked(request: dict[str, Any]) -> Reply:
        if (sent := prompt_tokens(request)) <= tokens:
            return policy(request)
        told = f"This model's maximum context length is {tokens} tokens, not {sent}."
        return fails(400, told, code="context_length_exceeded")

    return asked


def _text(request: Mapping[str, Any]) -> str:
    """What the investigation is about: everything but the system's words and tools' results."""
    return "\n".join(
        str(message.get("content")) for message in request["messages"] if message["role"] == "user"
    )


def _results(request: Mapping[str, Any]) -> Sequence[Any]:
    return [message for message in request["messages"] if message["role"] == "tool"]


def _tools(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The functions offered, without the one that takes the answer."""
    offered = (tool["function"] for tool in request.get("tools") or ())
    return [function for function in offered if not _takes_the_answer(function)]


def _takes_the_answer(function: Mapping[str, Any]) -> bool:
    return "sentences" in function["parameters"].get("properties", {})


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    pack = _text(request)
    told = _VERDICT.search(pack)
    if told is None:  # sentences sent back for repair: none can be saved by copying
        return {"sentences": []}
    verdict, confidence, headline, cited = told.groups()
    suspect = _SUSPECT.search(pack)
    guilty = suspect[1] if suspect and verdict == "change_guilty" else ""
    sentences = [{"text": headline, "evidence": cited.split()}]
    for evidence, service, said in _EVIDENCE.findall(pack)[:_SENTENCES]:
        sentences.append({"text": f"{service} {said}", "evidence": [evidence]})
    return {
        "verdict": verdict,
        "guilty": guilty,
        "confidence": float(confidence),
        "sentences": sentences,
        "hypotheses": [{"ref": "H1", "supporting": cited.split()}],
    }


def _through_the_schema(request: Mapping[str, Any], answer: Mapping[str, Any]) -> Reply:
    for tool in request.get("tools") or ():
        if _takes_the_answer(tool["function"]):
            return Reply(tools=(ToolUse(tool["function"]["name"], answer),))
    return Reply(text=json.dumps(answer, ensure_ascii=False))


def _use(function: Mapping[str, Any], request: Mapping[str, Any], turn: int) -> ToolUse:
    """A call with arguments that fit the tool's schema and the incident; they vary by turn."""
    pack = _text(request)
    parameters = function["parameters"]
    services = list(dict.fromkeys(service for _, service, _ in _EVIDENCE.findall(pack)))
    words = {
        "service": services or ["checkout"],
        "change": _SUSPECT.findall(pack) or ["unknown"],
        "": ["errors", "timeout", "pool", "latency"],
    }
    arguments = {
        name: _value(name, schema, words, turn) for name, schema in _needed(parameters, turn)
    }
    return ToolUse(str(function["name"]), arguments)


def _needed(parameters: Mapping[str, Any], turn: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What must be given, and the service where it may be, so that no two turns ask the same."""
    required = parameters.get("required", ())
    for name, schema in parameters.get("properties", {}).items():
        if name in required or "service" in name:
            yield name, schema


def _value(
    name: str, schema: Mapping[str, Any], words: Mapping[str, Sequence[str]], turn: int
) -> Any:
    if "enum" in schema:
        return schema["enum"][turn % len(schema["enum"])]
    if schema.get("type") in ("integer", "number"):
        return schema.get("minimum", 1)
    fitting = next((kind for kind in words if kind and kind in name), "")
    if not fitting and any(part in name for part in ("commit", "revision", "hash", "suspect")):
        fitting = "change"
    word = words[fitting][turn % len(words[fitting])]
    return [word] if schema.get("type") == "array" else word
