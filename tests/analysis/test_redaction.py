"""What goes, what stays: input and output side by side (`…` stands for eight digits)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis.logs.shapes import shape_of
from assistant.analysis.redaction import RuleRedactor
from tests.builders import a_batch, a_log, a_point, a_span

SAMPLES = Path(__file__).parents[3] / "shared/data/attacks/detect-secrets"
REDACTOR = RuleRedactor()
# Assembled here, so that no scanner of this repository takes the samples for real keys.
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
GITHUB = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n"
KEY = "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE " + "KEY-----"


def shown(text: str) -> str:
    """The text with its pseudonyms made independent of the hash."""
    return re.sub(r"(<[a-z-]+:)[0-9a-f]{8}>", r"\1…>", text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("login of bob.smith+x@mail.example.com failed", "login of <email:…> failed"),
        ("paid with 4111 1111 1111 1111.", "paid with <card:…>."),
        ("paid with 4111-1111-1111-1111", "paid with <card:…>"),
        ("pan=378282246310005 ok", "pan=<card:…> ok"),
        ("call +49 170 1234567 or (555) 123-4567", "call <phone:…> or <phone:…>"),
        ("sms to +14155550123 sent", "sms to <phone:…> sent"),
        ("password=hunter2 user=bob", "password=<secret:…> user=bob"),
        ('{"user": "bob", "password": "a b, c"}', '{"user": "bob", "password": "<secret:…>"}'),
        ("DB_PASSWORD: letmein", "DB_PASSWORD: <secret:…>"),
        ("mysql --password hunter2 -h db", "mysql --password <secret:…> -h db"),
        ("<password>hunter2</password>", "<password><secret:…></password>"),
        ("curl -u admin:hunter2 http://db", "curl -u admin:<password:…> http://db"),
        ("postgres://app:s3cr3t@db:5432/shop", "postgres://app:<password:…>@db:5432/shop"),
        ("GET /items?api_key=Zx81kLmn33&page=2", "GET /items?api_key=<secret:…>&page=2"),
        ("GET /blob?sv=2021&sig=a8Kd93kFls0Xq2", "GET /blob?sv=2021&sig=<secret:…>"),
        ("Authorization: Bearer a8Kd93kFls0Xq2", "Authorization: Bearer <token:…>"),
        ("Authorization: Basic Ym9iOmh1bnRlcjI=", "Authorization: Basic <token:…>"),
        ("Cookie: sid=a8Kd93; theme=dark", "Cookie: <cookie:…>"),
        (f"using {AWS} now", "using <token:…> now"),
        (f"remote: {GITHUB}", "remote: <token:…>"),
        (f"jwt {JWT} expired", "jwt <token:…> expired"),
        (f"key:\n{KEY}\nloaded", "key:\n<private-key:…>\nloaded"),
        ("client_secret = 'correct-horse'", "client_secret = '<secret:…>'"),
        (
            "api_token=203db13e-70c7-462b-9a3d-bf32640cb0be",
            "api_token=<secret:…>",
        ),
    ],
)
def test_secrets_and_personal_data_become_pseudonyms(text: str, clean: str) -> None:
    assert shown(REDACTOR.text(text)) == clean


@pytest.mark.parametrize(
    "text",
    [
        "trace 5b8efff798038103d269b633813fc60c span eee19b7ec3c1b174",
        "SpanID: 4111111111111111 [query]",  # an id whose digits pass the check of a card
        "commit 8f14e45fceea167a5a36dedd4bea2543ff7c9b1d by ada",
        "order 203db13e-70c7-462b-9a3d-bf32640cb0be shipped",
        "2026-03-02T11:55:00.123456+00:00 INFO started",
        "1772452500123456789 1772452500123 1772452500",
        "version v1.22.333-rc.4+build.5 on 10.20.30.40:8080",
        "ratio 0.4242424242424242 4242424242424242.5 -4242424242424242",
        "GET /items 200 512 1034 0.004",
        "input_tokens=512 max_tokens: 100 token_count=7",
        "invalid token: unexpected end of input",
        "password: must contain a digit",
        "token expired, secret=None, password=${DB_PASSWORD}, api_key=***",
        "password authentication failed for user app",
        "basic validation passed; bearer authentication required",
        "git clone git@github.com:shop/cart.git",
        "http://cart:8080/items?code=200&key=blue",
        "connection to db.internal:5432 as app@db.internal",
        "session.id=203db13e-70c7-462b-9a3d-bf32640cb0be",
        "key = config.api_key(); token = self.token.value()",
        "secret_name=db-credentials token_type=bearer",
        "card 4111111111111112 is no card",  # its check digit is wrong
    ],
)
def test_ids_times_versions_numbers_and_plain_words_stay(text: str) -> None:
    assert REDACTOR.text(text) == text


def test_the_same_value_has_the_same_pseudonym_however_it_is_written() -> None:
    clean = REDACTOR.text("Bob@Example.com bob@example.com eve@example.com")
    first, second, other = clean.split()
    assert first == second != other
    spaced, plain = REDACTOR.text("4111 1111 1111 1111 / 4111111111111111").split(" / ")
    assert spaced == plain


def test_log_records_that_differ_in_what_was_redacted_keep_one_shape() -> None:
    bodies = [REDACTOR.text(f"mail to user{i}@example.com bounced") for i in range(200)]
    assert {shape_of(body) for body in bodies} == {"mail to <email:<hex>> bounced"}


def test_pseudonyms_belong_to_an_installation() -> None:
    one, two = RuleRedactor(b"one"), RuleRedactor(b"two")
    assert one.text("bob@example.com") != two.text("bob@example.com")


def test_what_was_redacted_stays_as_it_is() -> None:
    text = f"password=hunter2 {AWS} bob@example.com postgres://a:b@c/d Cookie: sid=a8Kd93;x=1"
    once = REDACTOR.text(text)
    assert REDACTOR.text(once) == once


def test_a_batch_is_cleaned_in_every_text_that_people_fill() -> None:
    span = a_span(
        operation="GET /users/bob@example.com",
        status_message="no such user bob@example.com",
        attributes={"user.email": "bob@example.com", "user.id": 7, "http.route": "/users"},
        events=[{"name": "exception", "attributes": {"exception.message": "bob@example.com"}}],
    )
    log = a_log("mail to bob@example.com", attributes={"to": "bob@example.com"})
    point = a_point(attributes={"customer": "bob@example.com"})

    batch = REDACTOR.batch(a_batch(span, log, point))

    everything = json.dumps([batch.spans, batch.logs, batch.points])
    assert "bob" not in everything
    assert everything.count(REDACTOR.text("bob@example.com")) == 7
    assert json.loads(batch.spans["attributes"][0])["http.route"] == "/users"


def test_the_key_of_an_attribute_tells_that_its_value_is_secret() -> None:
    attributes = {
        "db.password": "tiger",
        "pin.passcode": 1234,
        "http.request.header.authorization": ["Bearer a8Kd93kFls0Xq2"],
        "card": 4111111111111111,
        "gen_ai.usage.input_tokens": 512,
        "nested": {"client_secret": "correct-horse", "ok": True, "ratio": 0.5},
    }
    batch = REDACTOR.batch(a_batch(a_span(attributes=attributes)))

    assert json.loads(shown(batch.spans["attributes"][0])) == {
        "db.password": "<secret:…>",
        "pin.passcode": "<secret:…>",
        "http.request.header.authorization": ["Bearer <token:…>"],
        "card": "<card:…>",
        "gen_ai.usage.input_tokens": 512,
        "nested": {"client_secret": "<secret:…>", "ok": True, "ratio": 0.5},
    }


def test_only_the_rows_with_something_in_them_change() -> None:
    bodies = ["order placed", "mail bob@example.com", "done\x1e", "", "mail bob@example.com"]
    batch = REDACTOR.batch(a_batch(*(a_log(body) for body in bodies)))
    assert [shown(body) for body in batch.logs["body"]] == [
        "order placed",
        "mail <email:…>",
        "done\x1e",
        "",
        "mail <email:…>",
    ]


def test_identity_columns_are_left_alone() -> None:
    span = a_span(service="mail@example.com", trace_id="4111111111111111" * 2)
    batch = REDACTOR.batch(a_batch(span))
    assert batch.spans["service"] == ["mail@example.com"]
    assert batch.spans["trace_id"] == ["4111111111111111" * 2]


@given(st.text(max_size=300))
def test_any_text_can_be_redacted_and_is_then_left_alone(text: str) -> None:
    once = REDACTOR.text(text)
    assert REDACTOR.text(once) == once


@given(st.lists(st.text(max_size=60), max_size=8))
def test_a_column_is_redacted_as_its_rows_are(bodies: list[str]) -> None:
    bodies = [*bodies, "mail bob@example.com", *bodies]
    batch = RuleRedactor().batch(a_batch(*(a_log(body) for body in bodies)))
    assert batch.logs["body"] == [REDACTOR.text(body) for body in bodies]


@pytest.mark.parametrize("hostile", ["a@" * 50_000, "eyJ" * 50_000, "4" * 200_000, "://:" * 50_000])
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    REDACTOR.text(hostile)  # a backtracking engine would not come back before the test's time limit


@pytest.mark.shared
def test_published_samples_of_secrets_are_found() -> None:
    if not SAMPLES.exists():
        pytest.skip("needs the secret samples in ../shared")
    lines = (SAMPLES / "each_secret.py").read_text().splitlines()
    secrets = [line for line in lines if "secret" in line or "basic_auth" in line or "aws" in line]
    harmless = (SAMPLES / "files/file_with_no_secrets.py").read_text()

    assert [line for line in secrets if REDACTOR.text(line) == line] == []
    assert REDACTOR.text(harmless) == harmless
