"""One service, many names; and whose file is it."""

from __future__ import annotations

import pytest

from assistant.analysis.catalogue import (
    canonical,
    corrected,
    declared_calls,
    guess_catalogue,
    near_names,
    services_of,
)
from assistant.domain.catalogue import Catalogue, ServiceEntry
from assistant.domain.signals import Edge

PATHS = (
    "deploy/orderservice-deployment.yaml",
    "docs/orders.md",
    "go.mod",
    "pkg/order/order.go",
    "pkg/retry/backoff.go",
    "services/catalog/main.go",
    "services/frontend/order/summary.html",
    "services/order/handler.go",
    "services/payment-svc/charge.go",
)
SERVICES = ("orderservice", "PaymentService", "frontend", "productcatalogservice")


@pytest.fixture(scope="module")
def shop() -> Catalogue:
    return guess_catalogue({name: {} for name in SERVICES}, {"shop": PATHS})


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("services/order/handler.go", ("orderservice",)),
        ("services/order/new/file.go", ("orderservice",)),
        ("services/payment-svc/charge.go", ("PaymentService",)),
        ("services/catalog/main.go", ("productcatalogservice",)),
        ("services/frontend/order/summary.html", ("frontend",)),  # the outermost folder claims
        ("pkg/order/order.go", ("orderservice", "pkg/order")),  # its own, and others build with it
        ("pkg/retry/backoff.go", ("pkg/retry",)),
        ("deploy/orderservice-deployment.yaml", ("orderservice",)),
        ("go.mod", ()),
    ],
)
def test_paths_belong_to_services(shop: Catalogue, path: str, owners: tuple[str, ...]) -> None:
    assert services_of(path, shop) == owners


def test_libraries_are_shared_entries(shop: Catalogue) -> None:
    assert {e.name for e in shop.entries if e.shared} == {"pkg/order", "pkg/retry"}
    assert set(shop.names()) == set(SERVICES)
    assert all(e.guessed and e.repository == "shop" for e in shop.entries)


def test_a_service_with_a_repository_of_its_own_owns_all_of_it() -> None:
    resources = {"checkout": {}, "mailer": {"repository": "https://git.example/x/post-office.git"}}
    listing = {"checkout-service": ("main.py",), "post-office": ("main.py",)}

    found = guess_catalogue(resources, listing)

    assert [(e.name, e.repository, e.paths) for e in found.entries] == [
        ("checkout", "checkout-service", ("**",)),
        ("mailer", "post-office", ("**",)),
    ]


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("checkout", "checkout"),
        ("shop-checkout", "checkout"),  # an alias
        ("checkoutservice", "checkout"),
        ("Checkout", "checkout"),
        ("checkout-7d9f8b6c5d-x2x9k", "checkout"),  # a pod of a deployment
        ("checkout-0", "checkout"),  # a pod of a stateful set
        ("pay-worker-blue", "payment"),  # a pod pattern
        ("prod/checkout", "checkout"),
        ("checkout.prod.svc.cluster.local:8080", "checkout"),
        ("unheard-of", "unheard-of"),
    ],
)
def test_names_lead_to_one_service(name: str, service: str) -> None:
    catalogue = Catalogue(
        (
            ServiceEntry("checkout", aliases=("shop-checkout",)),
            ServiceEntry("payment", pod_patterns=("pay-worker-*",)),
        )
    )
    assert canonical(name, catalogue) == service


def test_a_name_that_two_services_could_own_stays_as_it_is() -> None:
    catalogue = Catalogue((ServiceEntry("order-service"), ServiceEntry("order-svc")))
    assert canonical("order", catalogue) == "order"


def test_near_names() -> None:
    names = ("checkout", "cart", "frontend", "shipping")
    assert near_names("chekout", names) == ("checkout",)
    assert near_names("zzz", names) == ()


def test_what_people_wrote_wins_field_by_field(shop: Catalogue) -> None:
    written = Catalogue((ServiceEntry("orderservice", aliases=("frontend",), owner="Ada"),))

    fixed = corrected(shop, written).entry("orderservice")

    assert fixed is not None
    assert (fixed.owner, fixed.guessed) == ("Ada", False)
    assert "services/order/**" in fixed.paths
    assert corrected(shop, written).entry("frontend") is None


def test_written_calls_become_edges_under_canonical_names() -> None:
    written = Catalogue(
        (
            ServiceEntry("web", calls=("cart-svc", "orders-db")),
            ServiceEntry("cart", aliases=("cart-svc",)),
        )
    )
    catalogue = corrected(Catalogue((ServiceEntry("web", guessed=True),)), written)

    assert declared_calls(catalogue, {"web", "cart"}) == [
        Edge("web", "cart", 0, 0),
        Edge("web", "orders-db", 0, 0, inferred=True),
    ]
