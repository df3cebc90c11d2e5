"""A scripted model behind a real server: OpenAI's protocol, written answers, every misbehaviour.

It stands for no model: what it answers is what a test or a benchmark wrote down.
"""

from benchmarks.scripted_model.protocol import prompt_parts, prompt_tokens
from benchmarks.scripted_model.reply import GARBAGE, Reply, ToolUse, answers, calls, fails, says
from benchmarks.scripted_model.server import Policy, Request, ScriptedModel

__all__ = [
    "GARBAGE",
    "Policy",
    "Reply",
    "Request",
    "ScriptedModel",
    "ToolUse",
    "answers",
    "calls",
    "fails",
    "prompt_parts",
    "prompt_tokens",
    "says",
]
