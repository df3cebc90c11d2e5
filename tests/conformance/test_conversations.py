"""The contract of Conversations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain.claim import Assertion, AssertionKind, Claim, Standing
from assistant.domain.conversation import Conversation, Role, Turn
from assistant.domain.errors import InvalidPayload, NotFound
from assistant.domain.ports import Conversations
from tests.builders import at
from tests.conformance.conftest import Records

CLAIM = Claim(
    "p95 of checkout rose to 5.02 s.",
    ("E3",),
    (Assertion(AssertionKind.DIRECTION, "E3", "rose"),),
    Standing.UNVERIFIED,
    ("5.02 s does not stand in E3",),
)
QUESTION = Turn(1, at(1), Role.PERSON, "what changed?", "mara")
ANSWER = Turn(2, at(2), Role.ASSISTANT, "Nothing. [E3]", "code", (CLAIM,), "r-1")


@pytest.fixture
def chats(records: Records) -> Conversations:
    return records.conversations


def a_chat(name: str = "c-1", minutes: float = 0, user: str = "mara") -> Conversation:
    return Conversation(name, at(minutes), "cli", user, "r-1")


def test_turns_come_back_as_they_went_in_by_number(chats: Conversations) -> None:
    chats.save(a_chat())
    chats.add("c-1", ANSWER)
    chats.add("c-1", QUESTION)

    assert chats.conversation("c-1") == replace(a_chat(), turns=(QUESTION, ANSWER))


def test_a_new_head_keeps_the_turns(chats: Conversations) -> None:
    chats.save(a_chat())
    chats.add("c-1", QUESTION)
    chats.save(replace(a_chat(), report_id="r-2"))

    assert chats.conversation("c-1") == replace(a_chat(), report_id="r-2", turns=(QUESTION,))


def test_turns_of_a_saved_value_are_not_added(chats: Conversations) -> None:
    chats.save(replace(a_chat(), turns=(QUESTION,)))

    assert chats.conversation("c-1").turns == ()


def test_a_number_is_written_once(chats: Conversations) -> None:
    chats.save(a_chat())
    chats.add("c-1", QUESTION)

    with pytest.raises(InvalidPayload, match="Turn 1"):
        chats.add("c-1", replace(QUESTION, text="who changed it?"))
    assert chats.conversation("c-1").turns == (QUESTION,)


def test_an_unknown_conversation_is_not_found(chats: Conversations) -> None:
    with pytest.raises(NotFound, match="c-404"):
        chats.conversation("c-404")
    with pytest.raises(NotFound, match="c-404"):
        chats.add("c-404", QUESTION)


def test_the_latest_come_first_without_turns(chats: Conversations) -> None:
    for name, minutes, user in (("b", 2, "mara"), ("c", 3, "jonas"), ("a", 1, "mara")):
        chats.save(a_chat(name, minutes, user))
        chats.add(name, QUESTION)

    assert [(c.id, c.turns) for c in chats.latest()] == [("c", ()), ("b", ()), ("a", ())]
    assert [c.id for c in chats.latest(user="mara")] == ["b", "a"]
    assert [c.id for c in chats.latest(1)] == ["c"]
    assert list(chats.latest(0)) == []
