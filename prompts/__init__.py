"""Prompts: text files with a header, rendered strictly.

    ---
    purpose: what the text is for, in one line
    inputs: question, pack
    output: what must come back
    version: 1
    ---
    The text, a Jinja template. A value is data: it is put in as it is, never read as a template.

`python -m prompts` records the digest of every new version in `versions.json`. A text that changed
under a version that is on record is refused there, and by a test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from assistant.domain.usage import PromptRef

__all__ = ["FOLDER", "Prompt", "PromptError", "names", "prompt"]

FOLDER = Path(__file__).parent
_FIELDS = ("purpose", "inputs", "output", "version")
_FENCE = "---"

# The texts are for a model, not for a page: an escaped quote would only mislead it.
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


class PromptError(ValueError):
    """A prompt file, or the values it was given, are not what its header says: a bug of ours."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text with its header. `inputs` are exactly the values that it takes."""

    ref: PromptRef
    purpose: str
    inputs: tuple[str, ...]
    output: str
    template: Template

    def render(self, **values: object) -> str:
        """The text with its values. Raises PromptError for a value that is missing or unknown."""
        if unlike := _unlike(values, self.inputs):
            raise PromptError(f"{self.ref.name}: {unlike}")
        try:
            return self.template.render(**values).strip()
        except TemplateError as error:
            raise PromptError(f"{self.ref.name}: {error}") from error


def names(folder: Path = FOLDER) -> Sequence[str]:
    """Every prompt of a folder, by name."""
    return sorted(file.stem for file in folder.glob("*.md"))


@cache
def prompt(name: str, folder: Path | None = None) -> Prompt:
    """The prompt of that name, from `folder` when it has one (to compare texts), else ours.
    Raises PromptError for one that does not exist or contradicts its header."""
    places = [place / f"{name}.md" for place in (folder, FOLDER) if place is not None]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise PromptError(f"There is no prompt {name!r}; there are {', '.join(names())}.")
    content = file.read_bytes()
    header, body = _split(name, content.decode("utf-8"))
    inputs = tuple(word.strip() for word in header["inputs"].split(",") if word.strip())
    try:
        used = find_undeclared_variables(_ENVIRONMENT.parse(body))
        template = _ENVIRONMENT.from_string(body)
    except TemplateError as error:
        raise PromptError(f"{name}: {error}") from error
    if unlike := _unlike(used, inputs):
        raise PromptError(f"{name}: {unlike}")
    digest = hashlib.sha256(content).hexdigest()[:12]
    ref = PromptRef(name, header["version"], digest)
    return Prompt(ref, header["purpose"], inputs, header["output"], template)


def _split(name: str, text: str) -> tuple[dict[str, str], str]:
    """Header and body."""
    opening, *rest = text.splitlines(keepends=True)
    marks = [n for n, line in enumerate(rest) if line.rstrip() == _FENCE]
    if opening.rstrip() != _FENCE or not marks:
        raise PromptError(f"{name}: a header between two lines of {_FENCE} must come first.")
    pairs = (line.partition(":") for line in rest[: marks[0]])
    header = {key.strip(): value.strip() for key, _, value in pairs}
    if tuple(header) != _FIELDS or not header["version"]:
        raise PromptError(f"{name}: the header must hold {', '.join(_FIELDS)}, in this order.")
    return header, "".join(rest[marks[0] + 1 :])


def _unlike(found: Iterable[str], declared: Sequence[str]) -> str:
    """What is wrong with the names of values, '' if nothing."""
    there = set(found)
    missing, unknown = set(declared) - there, there - set(declared)
    told = [f"{word} is missing" for word in sorted(missing)]
    return "; ".join(told + [f"{word} is not declared as an input" for word in sorted(unknown)])
