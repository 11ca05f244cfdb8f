"""Words for lines: nothing twice before all was heard."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceheal.errors import ContentError
from voiceheal.packs.phrases import Phrasebook, slots_of

LINES = {"hello": ("a", "b", "c", "d"), "one": ("only",), "left": ("{left} to go.",), "item": ("{n}. {title}",)}


def book(seed: int = 1) -> Phrasebook:
    return Phrasebook(LINES, random.Random(seed))


@given(seed=st.integers(0, 10_000), size=st.integers(2, 9), rounds=st.integers(1, 6))
def test_every_round_brings_every_variant_once_and_none_twice_in_a_row(seed: int, size: int, rounds: int) -> None:
    variants = tuple(f"variant {n}" for n in range(size))
    phrases = Phrasebook({"x": variants}, random.Random(seed))
    heard = [phrases.pick("x") for _ in range(size * rounds)]
    for start in range(0, len(heard), size):
        assert sorted(heard[start : start + size]) == sorted(variants)
    assert all(a != b for a, b in pairwise(heard))


def test_a_single_variant_is_said_each_time() -> None:
    phrases = book()
    assert [phrases.pick("one") for _ in range(3)] == ["only"] * 3


def test_bags_do_not_mix() -> None:
    phrases = book()
    heard = {phrases.pick("hello") for _ in range(3)}
    assert phrases.pick("one") == "only"
    assert heard | {phrases.pick("hello")} == set("abcd")


def test_the_same_seed_gives_the_same_words() -> None:
    first, second = book(7), book(7)
    assert [first.pick("hello") for _ in range(20)] == [second.pick("hello") for _ in range(20)]


def test_slots_are_filled_and_a_sentence_begins_with_a_capital() -> None:
    assert book().pick("left", left="about 3 minutes") == "About 3 minutes to go."
    assert book().pick("item", n=3, title="Be kind") == "3. Be kind"


def test_what_stands_in_a_slot_is_not_read_as_a_template() -> None:
    assert book().pick("left", left="{oops}") == "{oops} to go."


def test_an_unknown_line_is_a_content_error() -> None:
    with pytest.raises(ContentError, match="no line 'nope'"):
        book().pick("nope")
    with pytest.raises(ContentError, match="no line 'nope'"):
        book().variants("nope")


def test_a_missing_slot_is_a_content_error() -> None:
    with pytest.raises(ContentError, match="'left' cannot be filled in"):
        book().pick("left")


def test_it_tells_what_it_has() -> None:
    assert "hello" in book()
    assert "nope" not in book()
    assert book().variants("hello") == ("a", "b", "c", "d")


def test_slots_of_a_line() -> None:
    assert slots_of("{first} or {second}, [pause 1.5] or {first}") == {"first", "second"}
    for wrong in ("{", "{}", "{a b}"):
        with pytest.raises(ValueError, match=r"."):
            slots_of(wrong)
