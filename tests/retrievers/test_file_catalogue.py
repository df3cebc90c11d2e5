"""The service catalogue as a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.domain.catalogue import Catalogue, ServiceEntry
from assistant.domain.errors import InvalidSettings
from retrievers.catalogue import FileCatalogue


def a_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "catalogue.toml"
    path.write_text(text)
    return path


def test_services_and_shared_libraries(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        """
        [services.checkout]
        aliases = ["checkoutservice"]
        pods = ["checkout-*"]
        repository = "shop"
        paths = ["services/checkout/**"]
        owner = "payments on call"
        calls = ["payment", "orders-db"]

        [shared.money]
        repository = "shop"
        paths = ["libs/money/**"]
        """,
    )

    assert FileCatalogue(path).catalogue().entries == (
        ServiceEntry(
            "checkout",
            aliases=("checkoutservice",),
            pod_patterns=("checkout-*",),
            repository="shop",
            paths=("services/checkout/**",),
            owner="payments on call",
            calls=("payment", "orders-db"),
        ),
        ServiceEntry("money", repository="shop", paths=("libs/money/**",), shared=True),
    )


def test_no_file_is_an_empty_catalogue() -> None:
    assert FileCatalogue(None).catalogue() == Catalogue()


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = a_file(tmp_path, "[services.a]")
    source = FileCatalogue(path)
    path.write_text("[services.b]")
    os.utime(path, ns=(1, 1))

    assert source.catalogue().names() == ("b",)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[services", "not TOML"),
        ("[services.a]\ncolour = 'red'", r"services\.a\.colour: Extra inputs"),
        ("[services.a]\npaths = 'x'", r"services\.a\.paths: Input should be a valid list"),
        ("[services.a]\n[services.b]\naliases=['a']", "'a' names both a and b"),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InvalidSettings, match=complaint):
        FileCatalogue(a_file(tmp_path, text))


def test_a_missing_file_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="cannot be read"):
        FileCatalogue(tmp_path / "nowhere.toml")
