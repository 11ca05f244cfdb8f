"""Given the intent, the slots of a sentence are all found and none invented; words to keep stay as they were said."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from voiceheal.errors import ContentError
from voiceheal.understanding.carried import Carried
from voiceheal.understanding.normalise import normalise, tokens
from voiceheal.understanding.numbers import Numbers
from voiceheal.understanding.phrasefinder import PhraseFinder, Spelling

ROOT = Path(__file__).parents[2]
FRESH = yaml.safe_load((ROOT / "tests" / "en" / "slots.yaml").read_text(encoding="utf-8"))["intents"]
SENTENCES = [(intent, case["text"], case["slots"]) for intent, cases in FRESH.items() for case in cases]
GOAL = 0.97


def _filled(engine, intent, text):
    """As the engine does it once it knows the intent: what a template gave, and what is found besides."""
    match = engine._commands.exact(engine.findings(text)[0])
    given = match.slots if match is not None and match.intent == intent else {}
    return engine._filler.settle(intent, normalise(text), given)


def test_fresh_sentences(engine):
    wrong = [
        f"{intent} {text!r}: {slots} but found {found}"
        for intent, text, slots in SENTENCES
        if (found := _filled(engine, intent, text)) != slots
    ]
    assert len(wrong) <= (1 - GOAL) * len(SENTENCES), "\n".join(wrong)


def test_fresh_sentences_are_no_examples():
    known = set()
    for path in (ROOT / "content" / "en" / "examples").glob("*.yaml"):
        for said in (yaml.safe_load(path.read_text(encoding="utf-8")).get("intents") or {}).values():
            known |= {normalise(str(s if isinstance(s, str) else s["text"])) for s in said}
    assert len(SENTENCES) >= 300
    assert not known & {normalise(text) for _, text, _ in SENTENCES}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("five no ten minutes of breathing", 10),
        ("an hour of it no wait half an hour", 30),
        ("twenty minutes sorry make that fifteen", 15),
        ("a minute and a half of breathing", 1.5),
        ("an hour and a quarter of breathing", 75),
        ("three quarters of an hour", 45),
    ],
)
def test_the_last_word_on_how_long(engine, text, minutes):
    assert _filled(engine, "breathe", text)["minutes"] == minutes


@pytest.mark.parametrize(
    "text",
    [
        "i slept in one minute and missed it",
        "i've been awake two hours breathe with me",
        "my exam starts in ten minutes breathe with me",
        "i just want eight hours of sleep",
    ],
)
def test_a_time_that_is_no_length(engine, text):
    assert "minutes" not in _filled(engine, "bedtime", text)


def test_one_word_is_no_two_numbers(engine):
    assert _filled(engine, "breathe", "the four seven eight breath") == {"pattern": "478"}
    assert _filled(engine, "breathe", "make it seven slow ones") == {"cycles": 7}


@pytest.mark.parametrize("text", ["Add an affirmation: I'm done hiding.", "save an affirmation i\u2019m done hiding"])
def test_words_are_kept_with_their_apostrophes(engine, text):
    assert dict(engine.understand(text).slots) == {"text": "i'm done hiding"}


PIECES = {
    "carry.keep": ["(keep|add)"],
    "carry.it": ["(this|one)"],
    "carry.line": ["[a|my] line"],
    "carry.place": ["to my list"],
    "carry.file": ["add it"],
    "carry.bye": ["please"],
    "carry.pal": ["mate"],
    "carry.equals": ["is"],
    "carry.chosen": ["i want"],
    "carry.who": ["my _ says"],
    "carry.never_first": ["is", "will"],
    "carry.not_after_it": ["pain"],
}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("keep this i rise", "i rise"),
        ("keep this pain is small", "this pain is small"),
        ("keep this will pass", "this will pass"),
        ("i rise add it to my list please", "i rise"),
        ("add i rise to my list", None),  # no carrier behind: the pack above has no closing words
        ("my line is i rise", "i rise"),
        ("the line i want is i rise", "i rise"),
        ("add a line i want more", "i want more"),
        ("my gran says we rise add it", "we rise"),
        ("keep this", None),
        ("please", None),
        ("", None),
    ],
)
def test_carriers(text, kept):
    words = tokens(normalise(text))
    span = Carried(PIECES, {}).span(words)
    if text.endswith("rise to my list"):
        assert span == (1, len(words))
    else:
        assert (" ".join(words[slice(*span)]) if span else None) == kept


def test_a_piece_that_cannot_be_read_is_named():
    with pytest.raises(ContentError, match="keep"):
        Carried({"carry.keep": ["(keep"]}, {})


def test_every_reading_of_a_phrase():
    finder = PhraseFinder([("a [b] [c]", 1), ("__ d", 2)], {}, Spelling({}))
    assert {s for s in finder.spans(["a", "b", "c"]) if s[2] == 1} == {(0, 1, 1), (0, 2, 1), (0, 3, 1)}
    assert {(h.start, h.end) for h in finder.find(["a", "b", "c"]) if h.value == 1} == {(0, 3)}


def test_percent_spelled_digit_by_digit():
    assert Numbers({}, "en").percent(["two", "five"], 0)[0] == (2, 25)
    assert Numbers({}, "en").percent(["ten", "five"], 0)[0] == (1, 10)
