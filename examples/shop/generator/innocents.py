"""Commits that do no harm: the everyday noise among which a guilty one hides."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from examples.shop.generator.mutations.lures import app
from examples.shop.repository.edits import Add, Change, DoesNotApply, Edit, Tree, apply

AUTHORS = (
    "amal.ibrahim",
    "bence.szabo",
    "chiara.russo",
    "dmitri.volkov",
    "elif.kaya",
    "freya.lund",
    "gareth.price-jones",
    "hana.sato",
    "ivo.novak",
    "jade.mensah",
    "kofi.adu",
    "lucia.vega",
    "milan.petrovic",
    "nadia.haddad",
    "oskar.berg",
    "pilar.ortiz",
)


@dataclass(frozen=True, slots=True)
class Innocent:
    """`role` is the service it belongs to, '' when it belongs to none."""

    role: str
    message: str
    changes: tuple[Change, ...]


def one(role: str, message: str, path: str, before: str, after: str) -> Innocent:
    return Innocent(role, message, (Edit(path, before, after),))


SERVICE = "libs/shoplib/service.py"
CLIENT = "libs/shoplib/client.py"
CODE = (
    one(
        "storefront",
        "storefront: friendlier words for what is sold out",
        app("storefront"),
        'else "sold out"',
        'else "sold out, back soon"',
    ),
    one(
        "storefront",
        "storefront: a name for the message without a level",
        app("storefront"),
        '        return "see checkout"\n',
        '        unknown = "see checkout"\n        return unknown\n',
    ),
    one(
        "storefront",
        "storefront: say how many orders are under way",
        app("storefront"),
        'raise TooManyRequests(f"more than',
        "raise TooManyRequests(f\"{ordering['now']} now, more than",
    ),
    one(
        "storefront",
        "storefront: room for more requests",
        "config/storefront.toml",
        "slots = 80",
        "slots = 90",
    ),
    one(
        "cart",
        "cart: clearer refusal of odd quantities",
        app("cart"),
        'BadRequest(f"quantity must lie',
        'BadRequest(f"the quantity must lie',
    ),
    one(
        "cart",
        "cart: read the cart's id once",
        app("cart"),
        """\
    await service.db.fetch(CLEAR, request.parameters["cart_id"])
    return {"cleared": request.parameters["cart_id"]}
""",
        """\
    cart_id = request.parameters["cart_id"]
    await service.db.fetch(CLEAR, cart_id)
    return {"cleared": cart_id}
""",
    ),
    one(
        "cart",
        "cart: list items in the sequence they were added",
        app("cart"),
        'FROM cart_items WHERE cart_id = ?"\nADD',
        'FROM cart_items WHERE cart_id = ? ORDER BY rowid"\nADD',
    ),
    one(
        "checkout",
        "checkout: log how many items an order has",
        app("checkout"),
        'cents", order=order_id)',
        'cents", order=order_id, items=len(items))',
    ),
    one(
        "checkout",
        "checkout: say which cart is too large",
        app("checkout"),
        'raise BadRequest(f"an order holds',
        'raise BadRequest(f"{cart_id}: an order holds',
    ),
    one(
        "checkout",
        "checkout: show thirty orders of the past",
        app("checkout"),
        "orders[-20:]",
        "orders[-30:]",
    ),
    one(
        "checkout",
        "checkout: message for shipping in one place",
        app("checkout"),
        '    message = json.dumps({"order_id": order["id"], "items": items})\n',
        '    body = {"order_id": order["id"], "items": items}\n    message = json.dumps(body)\n',
    ),
    one(
        "inventory",
        "inventory: a shorter way to say nothing is left",
        app("inventory"),
        'return (levels[0]["quantity"] if levels else 0) - held[0]["held"]',
        'quantity = levels[0]["quantity"] if levels else 0\n    return quantity - held[0]["held"]',
    ),
    one(
        "inventory",
        "inventory: forget lapsed reservations a little more often",
        app("inventory"),
        "@service.every(20)",
        "@service.every(15)",
    ),
    one(
        "inventory",
        "inventory: a little more room in the pool",
        "config/inventory.toml",
        "[database]\n",
        "[database]\n# one connection per concurrent order\n",
    ),
    one(
        "payment",
        "payment: explain the reference",
        app("payment"),
        "def read_reference(answer: dict) -> str:\n",
        'def read_reference(answer: dict) -> str:\n    """What support asks for."""\n',
    ),
    one(
        "payment",
        "payment: wait a moment longer between tries",
        "config/payment.toml",
        "backoff_s = 0.2",
        "backoff_s = 0.25",
    ),
    one(
        "pricing",
        "pricing: name the rule for rounding",
        app("pricing"),
        '    cents = row["cents"] * (100 - percent) // 100\n',
        '    kept = 100 - percent\n    cents = row["cents"] * kept // 100\n',
    ),
    one(
        "pricing",
        "pricing: document what a quote is good for",
        app("pricing"),
        '"""Binding, so never from the cache:',
        '"""Binding for the order, so never from the cache:',
    ),
    one(
        "shipping",
        "shipping: weigh large parcels as the carrier does",
        app("shipping"),
        '"large": 4000',
        '"large": 4200',
    ),
    one(
        "shipping",
        "shipping: take a few more messages at a time",
        app("shipping"),
        "BATCH = 5",
        "BATCH = 6",
    ),
    one(
        "",
        "shoplib: type of the route's pattern",
        SERVICE,
        "        self.pattern = re.compile(",
        "        self.pattern: re.Pattern[str] = re.compile(",
    ),
    one(
        "",
        "shoplib: shorter text for pages that do not exist",
        SERVICE,
        '{"error": "no such page"}',
        '{"error": "not found"}',
    ),
    one(
        "",
        "shoplib: which failures are worth a retry, in words",
        CLIENT,
        '"""A timeout or a 5xx may pass; a 4xx will not."""',
        '"""Timeouts and 5xx may pass by themselves."""',
    ),
    one(
        "", "deps: bump aiohttp to 3.10.1", "requirements.txt", "aiohttp==3.9.5", "aiohttp==3.10.1"
    ),
    one(
        "",
        "deps: bump opentelemetry-sdk to 1.31.0",
        "requirements.txt",
        "opentelemetry-sdk==1.30.0",
        "opentelemetry-sdk==1.31.0",
    ),
    one(
        "", "deps: bump ttlstore to 2.1.3", "requirements.txt", "ttlstore==2.1.0", "ttlstore==2.1.3"
    ),
    one(
        "",
        "deps: bump steadyretry to 1.5.0",
        "requirements.txt",
        "steadyretry==1.4.2",
        "steadyretry==1.5.0",
    ),
    one(
        "",
        "docs: deployments, and who may do them",
        "docs/deployments.md",
        "# Deployments\n",
        "# Deployments\n\nAnybody who merged may deploy; nobody deploys on Friday afternoons.\n",
    ),
    one(
        "",
        "docs: a word about outages of the acquirer",
        "docs/runbooks/payment.md",
        "# Payments fail\n",
        "# Payments fail\n\nKeep calm: unpaid orders are cancelled by themselves.\n",
    ),
)
VERBS = (
    "tests for",
    "a fixture for",
    "golden files of",
    "property tests of",
    "a smoke test of",
    "edge cases of",
)
THINGS = (
    "quotes",
    "reservations",
    "the outbox",
    "coupons",
    "retries",
    "the cache",
    "flags",
    "carts",
    "routes",
    "history",
)
DOCS = (
    "glossary",
    "on-call",
    "local-setup",
    "naming",
    "flags",
    "releases",
    "dashboards",
    "schema",
    "slo",
    "style",
)


def quiet(chance: random.Random) -> Iterator[Innocent]:
    """Tests, documentation and tooling, without end and without two alike."""
    for number in range(1, 1000):
        thing = chance.choice(THINGS)
        word = thing.split()[-1]
        if chance.random() < 0.5:
            message = f"test: {chance.choice(VERBS)} {thing}"
            more = number + chance.randint(1, 9)
            text = f"def test_{word}_{number}():\n    assert {number} < {more}\n"
            yield Innocent("", message, (Add(f"tests/test_{word}_{number}.py", text),))
        else:
            page = chance.choice(DOCS)
            text = f"# {page.title()}\n\nNotes about {thing}, kept by the team.\n"
            yield Innocent(
                "", f"docs: {page} for {thing}", (Add(f"docs/{page}-{number}.md", text),)
            )


def draw(tree: Tree, chance: random.Random, count: int) -> list[Innocent]:
    """About half of them code that still applies to the tree one after the other."""
    code = list(CODE)
    chance.shuffle(code)
    noise = quiet(chance)
    chosen: list[Innocent] = []
    while len(chosen) < count:
        if code and chance.random() < 0.55:
            candidate = code.pop()
            applied = attempt(tree, candidate.changes)
            if applied is None:
                continue
            tree = applied
        else:
            candidate = next(noise)
            tree = apply(tree, candidate.changes)
        chosen.append(candidate)
    return chosen


def attempt(tree: Tree, changes: Sequence[Change]) -> dict[str, str] | None:
    """The tree after the changes; None when they do not fit it."""
    try:
        return apply(tree, changes)
    except (DoesNotApply, KeyError):
        return None
