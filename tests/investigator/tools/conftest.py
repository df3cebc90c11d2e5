"""One incident, investigated once, in both stores of telemetry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain.ports import TelemetryStore
from assistant.domain.report import Report
from assistant.domain.signals import SignalBatch
from assistant.investigator.notebook import Notebook
from assistant.investigator.tools import Desk
from tests.builders.system import System
from tests.conformance.conftest import TELEMETRY
from tests.investigator.tools.desk import a_desk, a_notebook, a_shop


@pytest.fixture(scope="session")
def shop() -> System:
    return a_shop()


@pytest.fixture(scope="session")
def signals(shop: System) -> SignalBatch:
    return shop.part(lambda service, minute: True, shop.batch())


@pytest.fixture(scope="session")
def report(shop: System, signals: SignalBatch) -> Report:
    return shop.investigate("checkout", telemetry=shop.store(batch=signals))


@pytest.fixture(scope="session", params=TELEMETRY)
def telemetry(
    request: pytest.FixtureRequest,
    signals: SignalBatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TelemetryStore]:
    """The same signals in memory and in DuckDB; nothing writes to them."""
    folder: Path = tmp_path_factory.mktemp("telemetry")
    store = TELEMETRY[request.param](folder)
    store.append(signals)
    yield store
    store.close()


@pytest.fixture
def desk(shop: System, report: Report, telemetry: TelemetryStore) -> Desk:
    return a_desk(shop, report, telemetry)


@pytest.fixture
def notebook(desk: Desk) -> Notebook:
    return a_notebook(desk)
