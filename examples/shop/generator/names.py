"""Other words for everything: the same shop as a ticket office, a kitchen or a library.

Trees are edited in canonical words and rendered afterwards, so that code, diffs, telemetry and
logs of one incident agree, and those of another say something else.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from examples.shop.repository.edits import Tree

ROLES = (
    "storefront",
    "cart",
    "checkout",
    "inventory",
    "payment",
    "pricing",
    "shipping",
    "gateway",
    "catalogue",
)

# One list per theme for each canonical word; a word not listed keeps its name.
THEMES: tuple[dict[str, str], ...] = (
    {
        "storefront": "storefront frontend webshop",
        "cart": "cart basket trolley",
        "checkout": "checkout ordering orderdesk",
        "inventory": "inventory warehouse stockroom",
        "payment": "payment billing cashier",
        "pricing": "pricing pricelist tariff",
        "shipping": "shipping delivery dispatch",
        "gateway": "gateway edge ingress",
        "catalogue": "catalogue browse discovery",
        "shop": "shop store market",
    },
    {
        "storefront": "boxoffice website portal",
        "cart": "selection pick wishlist",
        "checkout": "booking purchase bookings",
        "inventory": "seating venue capacity",
        "payment": "payments settlement collect",
        "pricing": "fares rates yield",
        "shipping": "ticketing mailer issuing",
        "gateway": "proxy frontdoor router",
        "catalogue": "events programme listings",
        "shop": "tickets theatre arena",
        "sku": "seat place",
        "stock": "capacities allotment",
        "order": "bookingref sale",
        "reservation": "hold claim",
        "shipment": "ticket issue",
        "product": "show event",
        "quote": "offer estimate",
        "coupon": "voucher promo",
        "quantity": "count",
    },
    {
        "storefront": "menu app kiosk",
        "cart": "tray plate bag",
        "checkout": "till counter serve",
        "inventory": "pantry larder coldroom",
        "payment": "wallet purse cardpay",
        "pricing": "pricebook board quoting",
        "shipping": "courier riders dropoff",
        "gateway": "bff apiserver entry",
        "catalogue": "recipes dishes menus",
        "shop": "kitchen diner bistro",
        "sku": "dish item_code",
        "stock": "portions supplies",
        "order": "meal ticketno",
        "reservation": "setaside allocation",
        "shipment": "ride run",
        "customer": "guest diner_id",
        "promotion": "special deal",
        "product": "dishpage platter",
        "charge": "debit capture",
        "price": "tag",
    },
    {
        "storefront": "console dashboard ui",
        "cart": "draft workspace composer",
        "checkout": "provisioning orchestrator submit",
        "inventory": "quota allocator resources",
        "payment": "invoicing ledger charging",
        "pricing": "rating metering costs",
        "shipping": "fulfilment rollout activator",
        "gateway": "apigw lb frontproxy",
        "catalogue": "plans offerings marketplace",
        "shop": "cloud platformdb tenant_db",
        "sku": "plan machine",
        "stock": "pool_levels headroom",
        "order": "request_no job",
        "reservation": "lease grant",
        "shipment": "activation rollout_row",
        "customer": "account tenant",
        "promotion": "rebate discount_row",
        "product": "planpage",
        "charge": "entry posting",
        "quote": "costing projection",
        "coupon": "credit",
    },
)
COMMON = {
    "shoplib": "shoplib commons platformlib corekit baselib sharedlib",
    "shopdb": "shopdb maindb sqlhost dbprimary",
    "steadyretry": "steadyretry tryagain retrykit persistcall",
    "ttlstore": "ttlstore expirymap memcachelet agecache",
    "acquirer": "acquirer cardnet paygrid tillbridge",
    "northpost": "northpost swiftvan eastmail",
    "Pool": "Pool ConnectionPool Lender",
    "Slot": "Slot Turn Permit",
    "Client": "Client Caller Peers",
    "Cache": "Cache Memo LocalCache",
    "outbox": "outbox mailbox pending_events",
    "chore": "chore background periodic",
}
# Sentences of logs and errors, with other ways to say them.
PHRASES: tuple[tuple[str, ...], ...] = (
    (
        "no answer within {timeout_s} s",
        "deadline of {timeout_s} s exceeded",
        "timed out after {timeout_s} s",
        "gave up after {timeout_s} seconds",
    ),
    (
        "no connection to {self.name} within {self.acquire_timeout_s} s",
        "could not acquire a connection to {self.name} in {self.acquire_timeout_s} s",
        "{self.name} exhausted, waited {self.acquire_timeout_s} s",
        "timeout ({self.acquire_timeout_s} s) borrowing a session of {self.name}",
    ),
    (" crashed", " raised an unhandled error", ": internal error", " blew up"),
    ("{route.path} failed: ", "{route.path} error: ", "{route.path} -> ", "{route.path} gave "),
    (
        "no request slot became free within",
        "server busy: queued longer than",
        "all workers busy for",
        "admission timed out after",
    ),
    ("page without stock level:", "degraded page, level unknown:", "skipping availability:"),
    (' failed"', ' did not finish"', ' aborted"', ' errored"'),
    ("order placed for", "accepted, total", "new one for"),
    ('"sqlite"', '"postgresql"', '"mysql"', '"mariadb"'),
)
SUFFIXES = ("", "", "-service", "service", "-svc", "-api")


@dataclass(frozen=True)
class Names:
    """A rendering: canonical word -> other word, and the names that services go by."""

    words: Mapping[str, str]
    services: Mapping[str, str]  # role -> service name
    phrases: Mapping[str, str]

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = "|".join(sorted(self.words, key=len, reverse=True))
        # ORDER BY is SQL, not an order.
        return re.compile(rf"(?<![A-Za-z])(?!ORDER BY)({words})(s?)(?![A-Za-z])", re.IGNORECASE)

    @functools.cached_property
    def _rendered(self) -> dict[str, str]:
        return {}

    def text(self, text: str) -> str:
        known = self._rendered.get(text)
        if known is None:
            known = self._rendered[text] = self._render(text)
        return known

    def _render(self, text: str) -> str:
        for phrase, other in self.phrases.items():
            text = text.replace(phrase, other)
        for role, name in self.services.items():
            text = text.replace(f'"{role}"', f'"\0{name}\0"')
            text = text.replace(f"[client.{role}]", f"[client.\0{name}\0]")
        parts = text.split("\0")  # every second one is a service name, finished
        parts[::2] = [self._pattern.sub(self._word, part) for part in parts[::2]]
        return "".join(parts)

    def _word(self, match: re.Match[str]) -> str:
        word, plural = match.groups()
        exact = self.words.get(word)
        if exact is not None:
            return exact + plural
        other = self.words.get(word.lower())
        if other is None:
            return word + plural
        if word.isupper():
            return other.upper() + plural.upper()
        return (other.capitalize() if word[0].isupper() else other) + plural

    def tree(self, tree: Tree) -> dict[str, str]:
        return {self.text(path): self.text(text) for path, text in tree.items()}

    def keys(self, value: Any) -> Any:
        """A JSON value with its keys rendered."""
        if isinstance(value, dict):
            return {self.text(key): self.keys(inner) for key, inner in value.items()}
        return [self.keys(inner) for inner in value] if isinstance(value, list) else value


CANONICAL = Names({"shop": "shop"}, {role: role for role in ROLES}, {})


def choose(chance: random.Random) -> Names:
    """A theme's words; no two canonical words share one."""
    theme = chance.choice(THEMES)
    words: dict[str, str] = {}
    for word, candidates in (THEMES[0] | theme | COMMON).items():
        free = [other for other in candidates.split() if other not in words.values()]
        words[word] = chance.choice(free)
    suffix = chance.choice(SUFFIXES)
    services = {role: words[role] + suffix for role in ROLES}
    phrases = {first: chance.choice((first, *others)) for first, *others in PHRASES}
    return Names(words, services, phrases)
