"""What moved into or out of which block, in several languages."""

from __future__ import annotations

import pytest

from assistant.analysis.code.findings import Kind
from assistant.analysis.code.hunks import hunk_findings
from assistant.domain.changes import Hunk, Line
from tests.builders import a_hunk


def kinds(hunk: Hunk) -> set[Kind]:
    return {f.kind for f in hunk_findings(hunk)}


def a_diff(text: str, path: str = "shop/pay.py", symbol: str = "") -> Hunk:
    lines = [Line(row[0], n, row[1:]) for n, row in enumerate(text.strip("\n").split("\n"), 1)]
    return Hunk("", path, tuple(lines), symbol=symbol)


@pytest.mark.parametrize(
    "diff",
    [
        "+for i in items:\n+    price = await client.get(i)\n-prices = await client.all(items)",
        "+prices = [await client.get(i) for i in ids]\n-prices = await client.all(ids)",
        "+for _, id := range ids {\n+\tp := c.store.Load(ctx, id)\n+}\n-ps := c.store.All(ids)",
        "+items.forEach(async (i) => {\n+  await api.fetch(i)\n+})\n-await api.all(items)",
        " for item in items:\n+    for _ in range(item.count):\n+        await db.get(item)\n"
        "-    await db.get(item)",
    ],
)
def test_a_call_for_each_of_many(diff: str) -> None:
    assert Kind.CALL_IN_LOOP in kinds(a_diff(diff))


def test_a_call_that_leaves_a_loop_is_no_repetition() -> None:
    out = "-for item in items:\n-    await client.get(item)\n+await client.get(items)"

    assert Kind.CALL_IN_LOOP not in kinds(a_diff(out))


@pytest.mark.parametrize(
    "diff",
    [
        " async with c.transaction():\n     await store(order)\n+    await client.post(order)",
        "+async with charging:\n+    await client.post(order)\n-await client.post(order)",
        "+synchronized (lock) {\n+    client.post(order);\n+}\n-client.post(order);",
    ],
)
def test_held_while_waiting_for_somebody(diff: str) -> None:
    assert Kind.HELD_ACROSS_CALL in kinds(a_diff(diff))


def test_what_brings_its_own_is_not_held_by_others() -> None:
    own = "+with tracer.span('charge'):\n+    client.post(order)\n-client.post(order)"

    assert Kind.HELD_ACROSS_CALL not in kinds(a_diff(own))


@pytest.mark.parametrize(
    "diff",
    [
        "-async with asyncio.timeout(limit_s):\n-    answer = await send(peer)\n"
        "+answer = await send(peer)",
        "-client = Client(timeout=2)\n+client = Client()",
        "-ctx, cancel := context.WithTimeout(ctx, second)\n+ctx, cancel := context.WithCancel(ctx)",
    ],
)
def test_a_bound_that_is_gone(diff: str) -> None:
    assert Kind.LIMIT_REMOVED in kinds(a_diff(diff))


def test_work_beside_the_requests() -> None:
    assert Kind.TASK_ADDED in kinds(a_hunk("", "service.spawn(keep_fresh(cart))"))
    assert Kind.TASK_ADDED in kinds(a_hunk("", "go refresh(cart)"))


def test_a_field_under_another_name() -> None:
    renamed = a_hunk('return {"cents": total}', 'return {"total_cents": total}')
    tag = a_hunk('Cents int `json:"cents"`', 'Cents int `json:"total"`', path="pay.go")

    assert Kind.INTERFACE_CHANGED in kinds(renamed)
    assert Kind.INTERFACE_CHANGED in kinds(tag)
    assert Kind.INTERFACE_CHANGED not in kinds(a_hunk("font = 'a'", "font = 'b'"))


def test_an_index_that_no_longer_helps() -> None:
    wrapped = a_hunk(
        'Q = "SELECT id FROM orders WHERE customer = ?"',
        'Q = "SELECT id FROM orders WHERE lower(customer) = lower(?)"',
    )
    dropped = a_hunk("", "DROP INDEX orders_by_customer;", path="db/005.sql")

    assert Kind.INDEX_UNUSED in kinds(wrapped)
    assert Kind.INDEX_UNUSED in kinds(dropped)


def test_other_rows_are_told_from_another_order() -> None:
    rows = a_hunk(
        'Q = "SELECT id FROM box WHERE state = 1 ORDER BY id"',
        'Q = "SELECT id FROM box WHERE state <> 3 ORDER BY id"',
    )
    order = a_hunk(
        'Q = "SELECT id FROM box WHERE state = 1"',
        'Q = "SELECT id FROM box WHERE state = 1 ORDER BY id"',
    )

    assert Kind.SELECTION_CHANGED in kinds(rows)
    assert Kind.SELECTION_CHANGED not in kinds(order)


@pytest.mark.parametrize(
    ("removed", "added", "strength"),
    [
        ("slots = 64", "slots = 1", 1.0),
        ("slots = 80", "slots = 90", 0.05),
        ("lib==1.4.2", "lib==2.0.0", 1.0),
        ("lib==1.4.2", "lib==1.5.0", 0.4),
        ("lib==1.4.2", "lib==1.4.3", 0.2),
    ],
)
def test_a_little_more_is_not_ten_times_more(removed: str, added: str, strength: float) -> None:
    path = "requirements.txt" if "==" in added else "config/web.toml"
    found = hunk_findings(a_hunk(removed, added, path=path))

    assert max(f.strength for f in found) == pytest.approx(strength, abs=0.01)


def test_what_ends_with_the_call_does_not_grow() -> None:
    local = a_diff("+def prices(items):\n+    found = {}\n+    found[key] = price\n")
    module = a_diff("+seen: list[str] = []\n \n def look(sku):\n+    seen.append(sku)")
    handed = a_diff("+\tkv = append(kv, String(name))", "log.go", symbol="func With(kv []Field) {")

    assert Kind.GROWTH not in kinds(local)
    assert Kind.GROWTH in kinds(module)
    assert Kind.GROWTH not in kinds(handed)


def test_a_finding_knows_the_section_it_stands_in() -> None:
    (found,) = hunk_findings(
        a_diff(" [client.pricing]\n-timeout_s = 1.0\n+timeout_s = 0.2", "config/checkout.toml")
    )

    assert "client.pricing" in found.place
