"""What our own instrumentation costs.

    python -m benchmarks.metering CASE [--pairs N]        CASE is a folder of RootCauseBench's

How long does one call keep its caller waiting for its ledger row, span and metrics? Which share of
an investigation is all of it on its path: meter, tools, scores? What does the export into the own
store take, in the background?
Investigations run in pairs, with and without, in alternating order. The model is the scripted
server, which answers at once; a real one takes seconds, of which the share is smaller. Processor
time, of all threads, is told beside the time on the clock: on a busy machine only that is steady.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple
from unittest.mock import patch
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from assistant.domain.report import Report
from assistant.domain.usage import CallContext, ModelCall
from assistant.llmops.instruments import Instruments
from assistant.llmops.meter import Meter
from assistant.telemetry import OwnTelemetry
from assistant.wiring import Causeway
from assistant.work.observatory import Observatory
from benchmarks.rootcausebench.cases import read_incident
from benchmarks.rootcausebench.engine import Opened, opened
from benchmarks.scripted_model import ScriptedModel, policies

TARGET = 0.02  # of an investigation's time
_CALLS = 500
_FLUSHES = 7
_CALLBACKS = (
    "on_chat_model_start",
    "on_llm_new_token",
    "on_llm_end",
    "on_tool_start",
    "on_tool_end",
)
_PROMPT = "the same words again and again " * 1000  # 6,000 tokens


class Unmetered(Meter):
    """Hears nothing, keeps nothing."""

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        """Nothing."""

    on_llm_new_token = on_llm_end = on_llm_error = on_chat_model_start
    on_tool_start = on_tool_end = on_tool_error = on_chat_model_start

    def with_step(self, *args: Any, **kwargs: Any) -> Meter:
        return self

    @contextmanager
    def agent(self, name: str) -> Iterator[None]:
        yield


class Unobserved(Observatory):
    """An Observatory that leaves nothing behind."""

    def __init__(self, causeway: Causeway) -> None:
        super().__init__(
            causeway.settings,
            causeway.intake,
            causeway.ledger,
            causeway.clock,
            long_running=False,
        )

    @property
    def telemetry(self) -> OwnTelemetry:
        return self._silent

    @property
    def instruments(self) -> Instruments:
        return Instruments(self._silent)

    def meter(self, context: CallContext) -> Meter:
        return Unmetered(self._ledger, context, self.prices, self._clock)

    def judge_report(self, report: Report, meter: Meter) -> None:
        """Nothing."""


def seconds_per_call(meter: Meter) -> float:
    """The median that the callbacks of one call take: what its caller waits for."""
    usage = {"input_tokens": 6000, "output_tokens": 300, "total_tokens": 6300}
    message = AIMessage("fine", usage_metadata=usage)
    answer = LLMResult(generations=[[ChatGeneration(message=message)]])
    asked: list[list[BaseMessage]] = [[HumanMessage(_PROMPT)]]
    told = {"ls_model_name": "gpt-4o", "ls_provider": "openai"}

    def one() -> float:
        run = uuid4()
        started = time.perf_counter()
        meter.on_chat_model_start({}, asked, run_id=run, metadata=told)
        meter.on_llm_end(answer, run_id=run)
        return time.perf_counter() - started

    one()  # the table of prices is loaded
    return median(one() for _ in range(_CALLS))


class Taken(NamedTuple):
    """Seconds of one investigation."""

    clock: float
    processor: float


def seconds_inside(case: Opened, number: int) -> Iterator[tuple[float, float]]:
    """Seconds of an investigation, and those of it that its thread spent in our instrumentation."""
    for _ in range(number):
        with _timed() as spent:
            started = time.perf_counter()
            case.causeway.investigate(case.question)
            taken = time.perf_counter() - started
        case.causeway.own.flush()
        yield taken, sum(spent)


@contextmanager
def _timed() -> Iterator[list[float]]:
    """The processor seconds of every call of a meter, and of the judging, while it lasts."""
    spent: list[float] = []

    def timed(method: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            busy = time.thread_time()
            try:
                return method(*args, **kwargs)
            finally:
                spent.append(time.thread_time() - busy)

        return wrapper

    with ExitStack() as stack:
        for owner, names in ((Meter, _CALLBACKS), (Observatory, ("judge_report",))):
            for name in names:
                stack.enter_context(patch.object(owner, name, timed(getattr(owner, name))))
        yield spent


def pairs(case: Opened, number: int) -> Iterator[tuple[Taken, Taken]]:
    """An investigation without and with; who goes first alternates."""
    observed = case.causeway
    unobserved = replace(observed, own=Unobserved(observed))

    def taken(causeway: Causeway) -> Taken:
        started, busy = time.perf_counter(), time.process_time()
        report = causeway.investigate(case.question)
        clock, processor = time.perf_counter() - started, time.process_time() - busy
        assert report.narration is not None
        causeway.own.flush()  # neither in this one nor in the next
        return Taken(clock, processor)

    for causeway in (unobserved, observed):  # imports, caches
        taken(causeway)
    for turn in range(number):
        if turn % 2:
            with_it = taken(observed)
            yield taken(unobserved), with_it
        else:
            yield taken(unobserved), taken(observed)


def measure(folder: Path, number: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="causeway-bench-") as scratch,
        ScriptedModel(policy=policies.three_tools) as server,
    ):
        models = Path(scratch) / "models"
        models.mkdir()
        asked = {"model": "scripted", "model_url": server.url}
        incident = read_incident(folder / "data")
        with opened(incident, Path(scratch) / "case", models, asked) as case:
            _print_calls(case.causeway)
            _print_export(case)
            _print_inside(list(seconds_inside(case, _FLUSHES)))
            _print_pairs(list(pairs(case, number)), len(server.requests))


def _print_calls(causeway: Causeway) -> None:
    context = CallContext("bench", channel="bench")
    meters: dict[str, Callable[[], Meter]] = {
        "counted, nothing kept": lambda: Meter(
            _Forgetful(), context, causeway.own.prices, causeway.clock
        ),
        "ledger, span, metrics, export": lambda: causeway.own.meter(context),
    }
    for name, meter in meters.items():
        print(f"one call, {name}: {seconds_per_call(meter()) * 1e6:.0f} µs")


def _print_export(case: Opened) -> None:
    """What one investigation said, batched, encoded, decoded and stored at once; a server does
    that every few seconds for all of them together."""
    taken = []
    for _ in range(_FLUSHES):
        case.causeway.investigate(case.question)
        busy = time.process_time()
        case.causeway.own.flush()
        taken.append(time.process_time() - busy)
    print(f"export after an investigation, in the background: {median(taken) * 1e3:.0f} ms")


def _print_inside(measured: list[tuple[float, float]]) -> None:
    taken, spent = (median(column) for column in zip(*measured, strict=True))
    print(
        f"inside an investigation of {taken:.2f} s: {spent * 1e3:.1f} ms, {spent / taken:.2%}; "
        f"target at most {TARGET:.0%}"
    )


def _print_pairs(measured: list[tuple[Taken, Taken]], requests: int) -> None:
    calls = requests / (2 * len(measured) + 2 + 2 * _FLUSHES)
    print(f"{len(measured)} pairs with and without, {calls:.1f} calls each:")
    for name in Taken._fields:
        before = [getattr(without, name) for without, _ in measured]
        more = [getattr(with_it, name) - getattr(without, name) for without, with_it in measured]
        low, middle, high = (q / median(before) for q in quantiles(more, n=4))
        print(
            f"  {name}: {median(before):.3f} s without, {middle:+.1%} with "
            f"(quartiles {low:+.1%} to {high:+.1%})"
        )


class _Forgetful:
    def record(self, call: ModelCall) -> None:
        """Kept nowhere."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("case", type=Path)
    parser.add_argument("--pairs", type=int, default=15)
    given = parser.parse_args()
    measure(given.case, given.pairs)


if __name__ == "__main__":
    main()
