"""What a long answer comes to: the topic, a clause that may be said back, an answer in a sentence, the same thought."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceheal.packs.listening import Listening
from voiceheal.packs.yamlfile import read_yaml
from voiceheal.sessions.gist import comes_again, gist, mirrored, thoughts_in, tidy, topic_of

ENGLISH = Path(__file__).resolve().parents[2] / "content" / "en"


@pytest.fixture(scope="module")
def english() -> Listening:
    return read_yaml(ENGLISH / "listening.yaml", Listening)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("my girlfriend broke up with me", "romance"), ("i got laid off from my job on friday", "job"),
        ("they did not invite me and they are my best friends", "friends"), ("my mother does not call", "family"),
        ("i failed the exam and my professor laughed", "school"), ("the publisher sent back my novel", "creative"),
        ("she blocked me on tinder", "online"), ("it hurts", None), ("", None),
    ],
)  # fmt: skip
def test_the_kind_of_loss(english: Listening, said: str, topic: str | None) -> None:
    assert topic_of(said, english) == topic


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("he left me without a word and i am shocked and so angry", "he left you without a word"),
        ("i was at home when my boss called me into his office", "your boss called you into his office"),
        ("my friends went to the lake without me and i saw the photos", "your friends went to the lake without you"),
        ("i am so sad", None),  # nothing happened in it
        ("she said i was worthless", None),
        ("he told me to kill myself", None),
        ("we were together for nine years and she left", None),  # too short to be a clause, and "we" is not them
        ("", None),
    ],
)  # fmt: skip
def test_what_may_be_said_back(english: Listening, said: str, back: str | None) -> None:
    assert gist(said, english) == back


def test_without_words_for_it_nothing_is_said_back() -> None:
    assert gist("he left me without a word", Listening()) is None
    assert topic_of("he left me", Listening()) is None
    assert tidy("well he left me", Listening()) == "well he left me"


def test_longer_phrases_are_turned_first_and_nothing_twice(english: Listening) -> None:
    assert mirrored("i am mine and i was my own", english.mirror) == "you are yours and you were your own"
    assert mirrored("you and me", {"you": "me", "me": "you"}) == "me and you"


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("well um i think that i failed", "i failed"), ("i want to call my sister", "call my sister"),
        ("i could not get up", "i could not get up"), ("because i lost two jobs.", "i lost two jobs"),
        ("well", "well"), ("i would", "i would"),
    ],
)  # fmt: skip
def test_an_answer_fits_into_a_sentence(english: Listening, said: str, fits: str) -> None:
    assert tidy(said, english) == fits


def test_a_long_answer_is_cut_at_a_thought(english: Listening) -> None:
    long = " and ".join(f"the story number {n} has some words" for n in range(9))
    short = tidy(long, english)
    assert len(short.split()) <= 22
    assert long.startswith(short[:30]) and short.endswith("words")


@pytest.mark.parametrize(
    ("thought", "again"),
    [
        ("the hallway lamp and the cat she took them both", True),
        ("she took the lamp from the hallway and also the cat", True),
        ("my brother brought bread and we ate on the balcony", False),
        ("she took it", False),  # says too little to be compared
    ],
)
def test_the_same_thought_in_other_words(english: Listening, thought: str, again: bool) -> None:
    earlier = ["the rent is due on friday", "she took the cat and the lamp from the hallway"]
    assert comes_again(thought, earlier, english) is again


def test_a_long_entry_is_looked_at_in_pieces(english: Listening) -> None:
    entry = (
        "she took the lamp from the hallway and my brother came by with bread so we sat on the balcony "
        "and then the lamp from the hallway she took that lamp"
    )
    pieces = thoughts_in(entry, english)
    assert len(pieces) >= 3
    assert comes_again(pieces[-1], pieces[:-1], english)
