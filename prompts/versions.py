"""The record of every version of every prompt: what a version said can never change quietly."""

from __future__ import annotations

import json
from pathlib import Path

from prompts import FOLDER, PromptError, names, prompt

_RECORD = FOLDER / "versions.json"


def recorded(record: Path = _RECORD) -> dict[str, str]:
    """'name@version' → digest of the file."""
    return dict(json.loads(record.read_text("utf-8"))) if record.exists() else {}


def present(folder: Path = FOLDER) -> dict[str, str]:
    """The same, of the files as they are."""
    refs = [prompt(name, folder).ref for name in names(folder)]
    return {f"{ref.name}@{ref.version}": ref.digest for ref in refs}


def record(folder: Path = FOLDER, file: Path = _RECORD) -> list[str]:
    """Adds new versions to the record and names them. Raises PromptError when the text of a
    recorded version has changed."""
    known, found = recorded(file), present(folder)
    changed = sorted(key for key, digest in found.items() if known.get(key, digest) != digest)
    if changed:
        raise PromptError(f"{', '.join(changed)}: the text changed; give it another version.")
    added = sorted(found.keys() - known.keys())
    file.write_text(json.dumps(dict(sorted((known | found).items())), indent=1) + "\n", "utf-8")
    return added
