"""Calls between services: timeouts, retries, limits, contracts."""

from __future__ import annotations

from examples.shop.generator.mutations.base import Mutation
from examples.shop.generator.mutations.lures import (
    CHECKOUT_LURE,
    CLIENT,
    CONFIG,
    PAYMENT_LURE,
    PROMOTION_LURE,
    TIMEOUT_LURE,
    app,
    edit,
    edits,
)
from examples.shop.repository.edits import Edit

MUTATIONS = (
    Mutation(
        "timeout-lost",
        "code",
        "payment",
        "payment",
        "rollback",
        ("shoplib: let the connection decide how long to wait", "shoplib: simpler sending"),
        edit(
            CLIENT,
            """\
            async with asyncio.timeout(timeout_s):
                response = await self.runtime.send(peer, request)
""",
            """\
            response = await self.runtime.send(peer, request)
""",
        ),
        ambience={"acquirer_stalls": 0.05},
        lures=(PAYMENT_LURE,),
        monitors=("latency", "active"),
        shared=True,
    ),
    Mutation(
        "retry-storm",
        "code",
        "storefront",
        "pricing",
        "rollback",
        (
            "shoplib: be persistent with peers that are briefly busy",
            "shoplib: fewer visible errors",
        ),
        edits(
            Edit(CLIENT, 'attempts=self.setting(peer, "attempts"),', "attempts=12,"),
            Edit(CLIENT, 'backoff_s=self.setting(peer, "backoff_s"),', "backoff_s=0.0,"),
        ),
        ambience={"busy": 1.9, "favourites": 0.35, "tight": 1, "bursts": 4.0},
        lures=(TIMEOUT_LURE,),
        monitors=("errors", "latency"),
        shared=True,
    ),
    Mutation(
        "error-swallowed",
        "code",
        "payment",
        "payment",
        "rollback",
        ("shoplib: leave it to callers what a failed call means", "shoplib: calm errors of peers"),
        edit(
            CLIENT,
            """\
                    span.set("http.response.status_code", failure.answered)
                raise
""",
            """\
                    span.set("http.response.status_code", failure.answered)
                self.telemetry.log("WARN", f"{method} {path}: {failure}", {})
                return None
""",
        ),
        ambience={"acquirer_fails": 0.22, "persistent": 1},
        lures=(PAYMENT_LURE,),
        monitors=("errors",),
        shared=True,
    ),
    Mutation(
        "default-too-short",
        "code",
        "checkout",
        "checkout",
        "config-revert",
        (
            "shoplib: tighter default for calls inside the cluster",
            "shoplib: defaults that fail fast",
        ),
        edit(CONFIG, '"client": {"timeout_s": 1.5,', '"client": {"timeout_s": 0.015,'),
        lures=(TIMEOUT_LURE, CHECKOUT_LURE),
        monitors=("errors", "upstream"),
        shared=True,
    ),
    Mutation(
        "slots-default",
        "code",
        "pricing",
        "pricing",
        "config-revert",
        ("shoplib: a careful number of requests at a time", "shoplib: protect small services"),
        edit(CONFIG, '"slots": 64,', '"slots": 1,'),
        ambience={"busy": 1.9, "favourites": 0.35},
        lures=(PROMOTION_LURE,),
        monitors=("latency", "errors"),
        shared=True,
    ),
    Mutation(
        "answer-renamed",
        "code",
        "pricing",
        "checkout",
        "rollback",
        ("pricing: say what the number of a quote is", "pricing: clearer answer of quotes"),
        edit(app("pricing"), '    return {"cents": total}', '    return {"total_cents": total}'),
        lures=(CHECKOUT_LURE, TIMEOUT_LURE),
        monitors=("errors",),
    ),
)
