"""The conversation's way to the record: it never raises, keeps nothing in the dark, and says when it failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pytest

from voiceheal.core.memory import Memory
from voiceheal.core.ports import Entry
from voiceheal.core.transient import TransientStore
from voiceheal.errors import StoreError


class Full(TransientStore):
    """A disk that is full; what was there can be read."""

    def add(self, kind: str, text: str = "", data: Mapping[str, str] | None = None) -> int:
        raise StoreError("The disk is full.")

    def put(self, key: str, value: str | None) -> None:
        raise StoreError("The disk is full.")


class Gone(TransientStore):
    """A record that can no longer be read."""

    def entries(self, kind: str = "") -> Sequence[Entry]:
        raise StoreError("It cannot be read.")

    def facts(self) -> Mapping[str, str]:
        raise StoreError("It cannot be read.")

    def forget(self, scope: Literal["last", "all"]) -> int:
        raise StoreError("It cannot be read.")


def test_what_is_put_in_is_there() -> None:
    memory = Memory(TransientStore(keeps=True))
    assert memory.keeps
    assert memory.add("value", "honesty", why="work")
    assert memory.put("name", "Sam")
    last = memory.last("value")
    assert last is not None
    assert (last.text, dict(last.data), memory.fact("name"), memory.fact("x")) == (
        "honesty",
        {"why": "work"},
        "Sam",
        "",
    )
    assert memory.change(last, asked="1")
    assert dict(memory.entries("value")[0].data) == {"why": "work", "asked": "1"}


def test_without_a_store_it_lasts_for_the_conversation_and_says_so() -> None:
    memory = Memory()
    assert not memory.keeps
    assert memory.add("affirmation", "i can rest")
    assert [e.text for e in memory.entries("affirmation")] == ["i can rest"]


def test_in_a_talk_about_safety_nothing_goes_in() -> None:
    memory = Memory(TransientStore(keeps=True))
    memory.hush(danger=False)
    assert not memory.keeps
    assert not memory.add("journal", "words") and not memory.put("name", "Sam")
    assert not memory.failed, "that is no fault"
    memory.quiet = False
    assert memory.add("journal", "words")


def test_after_danger_nothing_goes_in_any_more() -> None:
    memory = Memory(TransientStore(keeps=True))
    memory.hush(danger=True)
    memory.quiet = False
    memory.hush(danger=False)
    memory.quiet = False
    assert not memory.keeps and not memory.add("journal", "words")
    assert list(memory.entries()) == []


def test_a_full_disk_is_noted_and_raises_nothing() -> None:
    memory = Memory(Full(keeps=True))
    assert not memory.add("journal", "words") and memory.failed
    memory.failed = False
    assert not memory.put("name", "Sam") and memory.failed


@pytest.mark.parametrize("scope", ["last", "all"])
def test_a_record_that_went_away_is_empty(scope: Literal["last", "all"]) -> None:
    memory = Memory(Gone(keeps=True))
    assert list(memory.entries()) == [] and memory.fact("name") == "" and memory.plan() == []
    assert memory.forget(scope) is None
    assert memory.failed


def test_a_plan_is_there_when_one_part_is() -> None:
    memory = Memory()
    assert memory.plan() == []
    memory.put("plan.3", "the library")
    assert memory.plan() == ["", "", "the library", "", "", ""]
