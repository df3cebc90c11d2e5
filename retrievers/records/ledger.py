"""Model calls and scores in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, Table, case, func, insert, select

from assistant.domain.usage import (
    CallContext,
    ModelCall,
    PromptRef,
    QualityRow,
    Score,
    SpendRow,
    Usage,
)
from assistant.domain.window import TimeWindow, from_ns, to_ns
from retrievers import spending
from retrievers.records import tables
from retrievers.records.failures import translated
from retrievers.records.upsert import append, clean

_SUMMED = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "reasoning_tokens",
    "cost_usd",
    "seconds",
)


class SqlLedger:
    """Implements `domain.ports.Ledger`."""

    def __init__(self, engine: Engine, *, tenant: str = "default") -> None:
        self._engine = engine
        self._tenant = tenant

    def record(self, call: ModelCall) -> None:
        with translated(), self._engine.begin() as connection:
            append(connection, tables.model_calls, [self._row(call)])

    def judge(self, scores: Sequence[Score]) -> None:
        if not scores:
            return
        rows = [clean(self._row(score)) for score in scores]
        with translated(), self._engine.begin() as connection:
            connection.execute(insert(tables.scores), rows)

    def calls(self, window: TimeWindow, *, investigation: str = "") -> Sequence[ModelCall]:
        rows = self._rows(tables.model_calls, window, investigation, "id")
        return [ModelCall(**_values(row)) for row in rows]

    def scores(self, window: TimeWindow, *, investigation: str = "") -> Sequence[Score]:
        rows = self._rows(tables.scores, window, investigation, "number")
        return [Score(**_values(row)) for row in rows]

    def latest(self, step: str, prompt: str) -> ModelCall | None:
        c = tables.model_calls.c
        query = (
            select(tables.model_calls)
            .where(c.tenant == self._tenant, c.step == step, c.prompt_name == prompt)
            .where(c.attempt == 1)
            .order_by(c.at_ns.desc(), c.id.desc())
            .limit(1)
        )
        with translated(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return ModelCall(**_values(row)) if row else None

    def spent(self, window: TimeWindow, *, user: str | None = None) -> Usage:
        """Summed by the database: a budget asks before each call."""
        c = tables.model_calls.c
        sums: list[ColumnElement[Any]] = [func.sum(c[name]).label(name) for name in _SUMMED]
        sums.append(func.count().label("calls"))
        sums.append(func.sum(case((c.outcome != "ok", 1), else_=0)).label("failed"))
        sums.append(func.sum(case((c.cost_usd.is_(None), 1), else_=0)).label("unpriced"))
        query = self._within(select(*sums), tables.model_calls, window)
        if user is not None:
            query = query.where(c.user == user)
        with translated(), self._engine.connect() as connection:
            told = connection.execute(query).one()._mapping
        fractions = {name: float(told[name] or 0.0) for name in ("cost_usd", "seconds")}
        counts: dict[str, Any] = {name: int(told[name] or 0) for name in told}
        return Usage(**counts | fractions)

    def spending(self, window: TimeWindow, by: Sequence[str] = ()) -> Sequence[SpendRow]:
        return spending.spending(self.calls(window), by)

    def quality(self, window: TimeWindow, by: Sequence[str] = ()) -> Sequence[QualityRow]:
        return spending.quality(self.scores(window), by)

    def _rows(
        self, table: Table, window: TimeWindow, investigation: str, order: str
    ) -> Sequence[Row[Any]]:
        query = self._within(select(table), table, window).order_by(table.c.at_ns, table.c[order])
        if investigation:
            query = query.where(table.c.investigation == investigation)
        with translated(), self._engine.connect() as connection:
            return connection.execute(query).all()

    def _within(self, query: Select[Any], table: Table, window: TimeWindow) -> Select[Any]:
        at = table.c.at_ns
        return query.where(
            table.c.tenant == self._tenant, at >= window.start_ns, at < window.end_ns
        )

    def _row(self, told: ModelCall | Score) -> dict[str, Any]:
        row = asdict(told)
        context = row.pop("context")
        prompt = context.pop("prompt") or dict.fromkeys(("name", "version", "digest"), "")
        prompts = {f"prompt_{name}": value for name, value in prompt.items()}
        return {"tenant": self._tenant, "at_ns": to_ns(row.pop("at")), **row, **context, **prompts}


def _values(row: Row[Any]) -> dict[str, Any]:
    """The arguments of a ModelCall or a Score."""
    told = dict(row._mapping)
    told.pop("tenant")
    told.pop("number", None)
    name, version, digest = (told.pop(f"prompt_{part}") for part in ("name", "version", "digest"))
    prompt = PromptRef(name, version, digest) if name or version or digest else None
    of_context = ("step", "investigation", "conversation", "user", "channel")
    context = CallContext(**{key: told.pop(key) for key in of_context}, prompt=prompt)
    return {"at": from_ns(told.pop("at_ns")), "context": context, **told}
