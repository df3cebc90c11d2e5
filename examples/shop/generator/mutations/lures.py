"""Innocent commits that look guilty, and the words to write edits of the shop with."""

from __future__ import annotations

import random
from collections.abc import Sequence

from examples.shop.generator.mutations.base import Changes, Lure
from examples.shop.repository.edits import Change, Edit, Tree

CLIENT = "libs/shoplib/client.py"
POOL = "libs/shoplib/pool.py"
CONFIG = "libs/shoplib/config.py"


def app(role: str) -> str:
    return f"services/{role}/app.py"


def edits(*changes: Change) -> Changes:
    def fixed(tree: Tree, chance: random.Random) -> Sequence[Change]:
        return changes

    return fixed


def edit(path: str, before: str, after: str) -> Changes:
    return edits(Edit(path, before, after))


LIMIT_LURE = Lure(
    "inventory",
    "inventory: take stock of the hold time",
    edit(app("inventory"), "HOLD_SECONDS = 300", "HOLD_SECONDS = 330"),
)
PROMOTION_LURE = Lure(
    "pricing",
    "pricing: compute the best promotion in two steps",
    edit(
        app("pricing"),
        """\
    promotions = await connection.fetch(PROMOTIONS, category)
    return max((row["percent"] for row in promotions), default=0)
""",
        """\
    rows = await connection.fetch(PROMOTIONS, category)
    percents = [row["percent"] for row in rows]
    return max(percents, default=0)
""",
    ),
)
CHECKOUT_LURE = Lure(
    "checkout",
    "checkout: build the order before it is paid",
    edit(
        app("checkout"),
        '"held_until": hold["expires_at"]}',
        '"held_until": hold["expires_at"], "items": len(items)}',
    ),
)
PAYMENT_LURE = Lure(
    "payment",
    "payment: tidy how a charge is answered",
    edit(
        app("payment"),
        """\
    if known:
        return known[0]
""",
        """\
    if len(known) > 0:
        first = known[0]
        return first
""",
    ),
)
POOL_LURE = Lure(
    "inventory",
    "shoplib: pool property in words",
    edit(
        POOL,
        "        return self.open - len(self.idle)",
        "        idle = len(self.idle)\n        return self.open - idle",
    ),
)
TIMEOUT_LURE = Lure(
    "checkout",
    "checkout: a little more patience with pricing",
    edit(
        "config/checkout.toml",
        "[client.pricing]\ntimeout_s = 1.0",
        "[client.pricing]\ntimeout_s = 1.2",
    ),
)
