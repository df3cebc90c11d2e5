"""Loads a revision of the shop: its modules come from a tree of texts, each process its own.

Third-party packages come from the wheelhouse in the version that requirements.txt pins.
"""

from __future__ import annotations

import builtins
import functools
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WHEELHOUSE = Path(__file__).resolve().parent.parent / "wheelhouse"
Tree = Mapping[str, str]  # path in the repository -> text


def pins(requirements: str) -> dict[str, tuple[int, ...]]:
    """{'ttlstore': (2, 1, 0), …} from the lines `name==version`."""
    lines = (line.split("==") for line in requirements.splitlines() if "==" in line)
    return {name.strip(): tuple(int(n) for n in version.split(".")) for name, version in lines}


@functools.cache
def wheel(name: str, pinned: tuple[int, ...]) -> str:
    """Text of the newest release in the wheelhouse that is not newer than the pin."""
    files = (WHEELHOUSE / name).glob("*.py")
    releases = {tuple(int(n) for n in file.stem.split(".")): file for file in files}
    return releases[max(version for version in releases if version <= pinned)].read_text()


@functools.lru_cache(maxsize=4096)
def compiled(text: str, path: str) -> types.CodeType:
    return compile(text, path, "exec", dont_inherit=True)


class Program:
    """The modules of one process."""

    def __init__(self, tree: Tree, packages: Mapping[str, str] | None = None) -> None:
        self.tree = tree
        self.packages = packages or {}  # name in requirements.txt -> name in the wheelhouse
        self.pins = pins(tree["requirements.txt"])
        self.wheels = {n for n in self.pins if (WHEELHOUSE / self.packages.get(n, n)).is_dir()}
        self.modules: dict[str, types.ModuleType] = {}
        self.own = {"services"} | {p.split("/")[1] for p in tree if p.startswith("libs/")}
        self._builtins = dict(vars(builtins), __import__=self._import)

    def module(self, name: str) -> types.ModuleType:
        if name not in self.modules:
            path, text = self._find(name)
            module = types.ModuleType(name)
            module.__dict__["__builtins__"] = self._builtins
            module.__dict__["__file__"] = path
            self.modules[name] = module
            exec(compiled(text, path), module.__dict__)
        return self.modules[name]

    def _find(self, name: str) -> tuple[str, str]:
        if name in self.wheels:
            return f"site-packages/{name}.py", wheel(self.packages.get(name, name), self.pins[name])
        for path in (f"libs/{name.replace('.', '/')}", name.replace(".", "/")):
            for file in (f"{path}.py", f"{path}/__init__.py"):
                if file in self.tree:
                    return file, self.tree[file]
        raise ModuleNotFoundError(name)

    def _import(
        self,
        name: str,
        globals_: Any = None,
        locals_: Any = None,
        fromlist: tuple[str, ...] = (),
        level: int = 0,
    ) -> Any:
        if level == 0 and (name.split(".")[0] in self.own or name in self.wheels):
            module = self.module(name)
            return module if fromlist else self.module(name.split(".")[0])
        return builtins.__import__(name, globals_, locals_, fromlist, level)
