"""When has the person finished: the rule alone, in seconds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceheal.core.meaning import Completeness, Expect, Kind
from voiceheal.hearing.lists import ListRule
from voiceheal.hearing.turns import Pace, TurnRule, agreed
from voiceheal.packs.loader import find_pack, load_pack
from voiceheal.packs.schema import Examples
from voiceheal.packs.yamlfile import read_yaml

NONE, EXTENDABLE, COMPLETE = Completeness.NONE, Completeness.EXTENDABLE, Completeness.COMPLETE
RULE = TurnRule(unfinished=frozenset({"and", "because", "um"}))
WORDS = load_pack(find_pack("en")).replies
LISTS = TurnRule(
    unfinished=frozenset(WORDS.unfinished),
    lists=ListRule(frozenset(WORDS.list_closing), frozenset(WORDS.list_common)),
)
NO_LISTS = replace(LISTS, lists=None)


@pytest.mark.parametrize(
    ("text", "completeness", "kind", "silence"),
    [
        ("stop", COMPLETE, Kind.COMMAND, 0.2),
        ("stop", COMPLETE, Kind.OPEN, 0.4),
        ("yes", COMPLETE, Kind.YES_NO, 0.2),
        ("breathe", EXTENDABLE, Kind.COMMAND, 0.5),
        ("no", EXTENDABLE, Kind.OPEN, 0.8),
        ("she left me", NONE, Kind.OPEN, 1.3),
        ("she left me and", NONE, Kind.OPEN, 2.2),
        ("she left me", NONE, Kind.COMMAND, 1.0),
        ("not really", NONE, Kind.YES_NO, 0.9),
        ("about a", NONE, Kind.RATING, 0.9),
        ("the um", NONE, Kind.CHOICE, 1.8),
        ("", NONE, Kind.OPEN, 1.3),
    ],
)
def test_how_long_silence_must_last(text: str, completeness: Completeness, kind: Kind, silence: float) -> None:
    assert RULE.silence(text, completeness, Expect(kind)) == pytest.approx(silence)
    assert RULE.silence(text, completeness, Expect(kind, patience=2.0)) == pytest.approx(2 * silence)


def over(text: str, completeness: Completeness, *, ours: bool = False, **given_: float) -> bool:
    figures = {"silence": 0.0, "unchanged": 0.0, "length": 1.0} | given_
    return RULE.over(text, completeness, Expect(Kind.OPEN), over=ours, **figures)


def test_a_turn_is_over_after_its_silence() -> None:
    assert not over("she left me", NONE, silence=1.28)
    assert over("she left me", NONE, silence=1.3)


def test_noise_that_never_ends_does_not_keep_a_turn_open() -> None:
    assert not over("stop", COMPLETE, unchanged=1.0)
    assert over("stop", COMPLETE, unchanged=1.2)


def test_over_our_own_voice_there_is_no_silence_to_wait_for() -> None:
    assert not over("stop", COMPLETE, unchanged=0.48, ours=True)
    assert over("stop", COMPLETE, unchanged=0.5, ours=True)
    assert not over("i was", NONE, unchanged=1.2, ours=True)
    assert over("she left me", NONE, unchanged=5.0)
    assert not over("", NONE, unchanged=5.0), "crying is no end of a turn"


def test_a_turn_has_an_end_in_any_case() -> None:
    assert over("", NONE, length=Pace().longest)


@given(st.sampled_from(Completeness), st.sampled_from(Kind), st.text(), st.floats(0.5, 4.0))
def test_more_patience_never_ends_a_turn_earlier(
    completeness: Completeness, kind: Kind, text: str, patience: float
) -> None:
    waits = [RULE.silence(text, completeness, Expect(kind, patience=p)) for p in (patience, patience * 1.5)]
    assert waits[0] < waits[1]


# ---- lists ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "no job no money",
        "i have no job no money no real home",
        "i miss my mother my sister",
        "i had my old flat my old job",
        "they took my job my flat my",
        "there is no work no money no",
        "new city new name new start",
        "too loud too needy",
        "useless at work useless at love",
        "he lies he cheats he steals",
        "everything is heavy the bag the stairs the spoon",
        "and then every day every night",
    ],
)
def test_in_the_middle_of_a_list_it_waits_longer(text: str) -> None:
    assert LISTS.silence(text, NONE, Expect(Kind.OPEN)) == pytest.approx(2.2)
    assert LISTS.silence(text, NONE, Expect(Kind.COMMAND)) == NO_LISTS.silence(text, NONE, Expect(Kind.COMMAND))


@pytest.mark.parametrize(
    "text",
    [
        "no job and no money",
        "no job no money and no friends",
        "i miss my mother and my sister",
        "no no no",
        "no",
        "i know i know i know",
        "she said she would",
        "i think i failed",
        "it is what it was before",
        "the louder the better",
        "he left his office with his favourite sweets",
        "don't leave me on my own with my head",
        "no one at work and nobody at home talks to me",
        "my boss sat me down on a monday and told me that my place was gone",
        "two more marks two more marks",
        "",
    ],
)
def test_what_only_looks_like_a_list_is_none(text: str) -> None:
    assert LISTS.silence(text, NONE, Expect(Kind.OPEN)) == pytest.approx(1.3)


@given(
    st.lists(st.sampled_from(["no", "my", "the", "i", "and", "job", "flat", "sister", "stop", "said"]), max_size=12),
    st.sampled_from(Completeness),
    st.sampled_from(Kind),
)
def test_a_list_only_lengthens_the_wait_for_an_open_answer(
    words: list[str], completeness: Completeness, kind: Kind
) -> None:
    text, expect = " ".join(words), Expect(kind)
    longer, plain = LISTS.silence(text, completeness, expect), NO_LISTS.silence(text, completeness, expect)
    assert longer in (plain, pytest.approx(plain + Pace().unfinished))
    if kind is not Kind.OPEN or completeness is not NONE:
        assert longer == plain


def test_whole_answers_are_hardly_ever_taken_for_lists() -> None:
    """Of some thousand answers that their authors ended there, few keep anybody waiting."""
    files = [read_yaml(path, Examples) for path in sorted((find_pack("en") / "examples").glob("*.yaml"))]
    told = [text for file in files for several in file.feelings.values() for text in several]
    longer = [t for t in told if LISTS.lists is not None and LISTS.lists.open_at_end(t.split())]
    assert len(told) > 3000
    assert len(longer) < 0.01 * len(told)


# ---- two recognisers ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "heard", "command", "hit", "together"),
    [
        ("stop", COMPLETE, "stop", COMPLETE, COMPLETE),
        ("hop", NONE, "stop", COMPLETE, COMPLETE),
        ("", NONE, "stop", COMPLETE, COMPLETE),
        ("breathe for", NONE, "breathe", EXTENDABLE, EXTENDABLE),
        ("breathe", EXTENDABLE, "breathe", COMPLETE, EXTENDABLE),
        ("stop", COMPLETE, "", NONE, COMPLETE),
        ("i can not stop", NONE, "stop", COMPLETE, NONE),
        ("she left me", NONE, "", NONE, NONE),
    ],
)
def test_two_recognisers_agree(
    text: str, heard: Completeness, command: str, hit: Completeness, together: Completeness
) -> None:
    assert agreed(text, heard, command, hit) is together
