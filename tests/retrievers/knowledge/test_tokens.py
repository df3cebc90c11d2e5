"""Names in all their costumes."""

from __future__ import annotations

import pytest

from retrievers.knowledge.tokens import tokenised


@pytest.mark.parametrize(
    ("text", "words", "names"),
    [
        ("Cache is cold", "cache is cold", ""),
        ("maxPoolSize", "max pool size", "max_pool_size"),
        ("MAX_POOL_SIZE", "max pool size", "max_pool_size"),
        ("max.pool-size", "max pool size", "max_pool_size"),
        ("HTTPServerError", "http server error", "http_server_error"),
        ("ORA-01555", "ora 01555", "ora_01555"),
        ("db.Conn.openTx()", "db conn open tx", "db_conn_open_tx open_tx"),
        ("__init__", "init", ""),
        ("a_b::c_d", "a b c d", "a_b_c_d a_b c_d"),
        (
            "com/shop/money/util/impl/v2/RoundHalfEven",  # of a long chain the tail counts
            "com shop money util impl v2 round half even",
            "util_impl_v2_round_half_even round_half_even",
        ),
        ("f" * 65, "", ""),  # encoded data, no word
        ("", "", ""),
    ],
)
def test_words_and_names(text: str, words: str, names: str) -> None:
    assert tokenised(text) == (words.split(), names.split())
