"""`--repo PATH` and the repositories that settings name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assistant.domain.errors import NotFound


def known_name(repositories: Mapping[str, Path], path: Path) -> str:
    """The configured name of the repository at `path`. Raises NotFound."""
    wanted = path.expanduser().resolve()
    for name, known in repositories.items():
        if known.expanduser().resolve() == wanted:
            return name
    raise NotFound(
        f"The server that is running does not know the repository {path}.",
        hint=f'Add {path.name} = "{wanted}" under [repositories] in its settings and restart it, '
        "or stop it and run this command again.",
    )
