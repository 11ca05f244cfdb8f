"""A command whose words were partly lost is read as the nearest sentence of a pack; other sentences are not."""

from __future__ import annotations

import pytest

from voiceheal.core.meaning import Expect
from voiceheal.packs.schema import IntentFile
from voiceheal.understanding.engine import Engine
from voiceheal.understanding.matcher import Matcher, Words
from voiceheal.understanding.repair import Repairer
from voiceheal.understanding.slots import Slots

PACK = IntentFile.model_validate(
    {
        "lists": {
            "colour": {"red": ["red", "dark red"], "blue": ["blue"], "green": ["green", "light green"]},
            "room": {"kitchen": ["kitchen"], "cellar": ["cellar"], "hall": ["entrance hall"]},
        },
        "intents": {
            "paint": ["(paint|colour) [the] {room} {colour}", "please make the {room} [a bit] {colour}"],
            "close": ["(close|shut) the {room}"],
            "say": ["say {text}"],
        },
    }
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    words = Words.merged([PACK])
    return Matcher(words, Slots(words.lists, "en"), words.intents)


@pytest.fixture(scope="module")
def repairer(matcher: Matcher) -> Repairer:
    return Repairer(matcher, Slots(PACK.lists, "en"))


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("paint the kitchen red", "paint the kitchen red"),
        ("paint kitchen red", "paint kitchen red"),
        ("the kitchen dark red", "paint the kitchen dark red"),
        ("paint the a kitchen red", "paint the kitchen red"),
        ("please make the hall blue", "please make the entrance hall blue"),
        ("make the chicken green", "please make the kitchen green"),
        ("paint the [unk] blue cellar blue", "paint the cellar blue"),
        ("shut the seller", "shut the cellar"),
    ],
)
def test_nearest_sentence(repairer: Repairer, heard: str, meant: str) -> None:
    found = repairer.nearest(heard.split())
    assert found is not None
    assert " ".join(found.words) == meant
    assert (found.cost == 0) == (heard == meant)
    assert found.next_cost >= found.cost


@pytest.mark.parametrize(
    "heard", ["i walked home in the rain", "[unk] [unk] [unk] [unk] [unk] [unk]", "say hello there"]
)
def test_what_is_far_from_every_sentence_stays(repairer: Repairer, heard: str) -> None:
    assert repairer.nearest(heard.split(), 1.0) is None


def test_a_lost_slot_is_nearly_as_far_from_each_of_its_values(repairer: Repairer) -> None:
    found = repairer.nearest(["paint", "the", "kitchen"])
    assert found is not None
    assert found.next_cost - found.cost < 0.35


def test_a_whole_sentence_among_the_transcripts_is_put_first(repairer: Repairer) -> None:
    heard = [("paint the kit red in", 0.9), ("paint the kitchen red", 0.8)]
    assert repairer.mend(heard) == [("paint the kitchen red", 0.8), *heard]


def test_a_whole_sentence_stays_as_it_was_heard(repairer: Repairer) -> None:
    heard = [("shut the cellar", 0.9), ("shut the kitchen", 0.8)]
    assert repairer.mend(heard) == heard


def test_what_was_mended_is_believed_less(repairer: Repairer) -> None:
    (text, sure), *rest = repairer.mend([("shut cellar", 0.9)])
    assert text == "shut the cellar"
    assert 0.7 < sure < 0.9
    assert rest == [("shut cellar", 0.9)]


def test_the_engine_mends_commands_of_its_pack(engine: Engine) -> None:
    mended = engine.mend([("sleep timer twenty minute", 0.95)], Expect())
    assert engine.understand(mended[0][0]).slots == {"minutes": 20}
    assert list(engine.mend([("stop", 0.9)], Expect())) == [("stop", 0.9)]
    assert list(engine.mend([], Expect())) == []
    assert list(engine.mend([("my [unk] was so [unk] to me", 0.9)], Expect())) == [("my [unk] was so [unk] to me", 0.9)]
