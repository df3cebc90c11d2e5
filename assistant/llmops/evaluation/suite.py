"""The format of a suite: incidents with what is right, nearly right, needed and forbidden.

name = "shop"
[[case]]
name = "leak"
incident = "leak"                      # a folder beside this file
expect = {verdict = "change_guilty", changes = ["3d6275a"]}
near = {services = ["cart"]}           # one hop short
area = {services = ["pricing"]}        # the right area
must_cite = ["pool"]                   # words of evidence that a sentence must cite
forbidden = {changes = ["af0e4c3"]}
abstain = false                        # true: saying that it cannot be told is right
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.domain.errors import InvalidPayload
from assistant.domain.report import Verdict

FILE = "suite.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cause(_Table):
    """Every part that is given must hold. `changes` are ids or the beginnings of hashes, `kinds`
    are those of hypotheses (upstream_outage, traffic_surge, …)."""

    verdict: Verdict | None = None
    changes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Cause:
        if not (self.verdict or self.changes or self.services or self.kinds):
            raise ValueError("give at least one of verdict, changes, services, kinds")
        return self


class Case(_Table):
    name: str = Field(min_length=1)
    incident: Path
    expect: Cause | None = None
    near: Cause | None = None
    area: Cause | None = None
    must_cite: tuple[str, ...] = ()
    forbidden: Cause | None = None
    abstain: bool = False

    @model_validator(mode="after")
    def _has_an_answer(self) -> Case:
        if self.expect is None and not self.abstain:
            raise ValueError("give expect, or abstain = true")
        return self


class Suite(_Table):
    name: str = Field(min_length=1)
    case: tuple[Case, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Suite:
        names = [case.name for case in self.case]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two cases are called {twice[0]!r}")
        return self


def read_suite(place: Path) -> Suite:
    """From a file, or from suite.toml in a folder; incidents are looked up beside it. Raises
    InvalidPayload, saying which case and what is wrong with it."""
    file = place / FILE if place.is_dir() else place
    try:
        suite = Suite.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidPayload(f"The suite {file} cannot be read: {error}.") from error
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in detail["loc"]) or "the suite"
        said = detail["msg"].removeprefix("Value error, ")
        raise InvalidPayload(f"{file}: {where}: {said}.") from error
    cases = tuple(
        case.model_copy(update={"incident": (file.parent / case.incident).resolve()})
        for case in suite.case
    )
    for case in cases:
        if not case.incident.is_dir():
            raise InvalidPayload(f"{file}: case {case.name!r}: there is no folder {case.incident}.")
    return suite.model_copy(update={"case": cases})
