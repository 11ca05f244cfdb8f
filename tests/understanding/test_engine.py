"""The port as a whole: order of readings, partial sentences, grammar phrases, and anything a keyboard can write."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiceheal.core.meaning import ALL_INTENTS, PATTERNS, STAGES, THEMES, Completeness, Expect, Kind

SPOKEN = ["stop", "start box breathing for one minute", "bedtime for half an hour", "i'd like to check in",
          "affirmations about hope", "step four", "turn it up", "i'm at a six"]  # fmt: skip
COMMAND, OPEN, YES_NO, RATING, CHOICE = map(Expect, Kind)
SLOTS = {"pattern", "minutes", "cycles", "theme", "stage", "number", "percent", "rating", "scope", "text", "way"}
SHARED = [HealthCheck.function_scoped_fixture]  # the engine has no state


@given(text=st.text(max_size=10_000), kind=st.sampled_from(list(Kind)))
@settings(max_examples=60, deadline=None, suppress_health_check=SHARED)
def test_any_text_has_a_meaning(engine, text, kind):
    meaning = engine.understand(text, [text[::-1]], Expect(kind, ("breathe", "affirm")))
    assert meaning.intent in ALL_INTENTS
    assert 0 <= meaning.confidence <= 1
    assert meaning.stage is None or meaning.stage in STAGES
    assert engine.completeness(text, Expect(kind)) in Completeness


@given(text=st.lists(st.sampled_from(SPOKEN + ["um", "please", "not", "he said", "five", "and"]), max_size=40))
@settings(max_examples=60, deadline=None, suppress_health_check=SHARED)
def test_any_mix_of_commands_has_a_meaning(engine, text):
    assert engine.understand(" ".join(text)).intent in ALL_INTENTS


@given(
    text=st.sampled_from(SPOKEN),
    before=st.sampled_from(["", "um ", "okay ", "please ", "um okay ", "hey "]),
    after=st.sampled_from(["", " please", ".", "!", " thanks", " um"]),
    shout=st.booleans(),
)
@settings(max_examples=80, deadline=None, suppress_health_check=SHARED)
def test_case_punctuation_and_politeness_change_nothing(engine, text, before, after, shout):
    said = f"{before}{text}{after}"
    plain = engine.understand(text)
    other = engine.understand(said.upper() if shout else said)
    assert (other.intent, other.slots) == (plain.intent, plain.slots)


@pytest.mark.parametrize("text", SPOKEN)
def test_apostrophes_do_not_matter(engine, text):
    without = engine.understand(text.replace("'", ""))
    assert without.intent == engine.understand(text).intent


@pytest.mark.parametrize(
    ("text", "expect", "state"),
    [
        ("stop", COMMAND, Completeness.COMPLETE),
        ("please stop", COMMAND, Completeness.COMPLETE),
        ("stop", OPEN, Completeness.COMPLETE),
        ("pause", COMMAND, Completeness.COMPLETE),
        ("breathe", COMMAND, Completeness.EXTENDABLE),
        ("breathe for", COMMAND, Completeness.NONE),
        ("breathe for five minutes", COMMAND, Completeness.COMPLETE),
        ("volume twenty", COMMAND, Completeness.EXTENDABLE),
        ("i was", COMMAND, Completeness.NONE),
        ("i was", OPEN, Completeness.NONE),
        ("yes", OPEN, Completeness.NONE),
        ("yes", YES_NO, Completeness.COMPLETE),
        ("seven", RATING, Completeness.EXTENDABLE),
        ("seven", COMMAND, Completeness.NONE),
        ("the first one", CHOICE, Completeness.COMPLETE),
        ("", COMMAND, Completeness.NONE),
    ],
)
def test_completeness(engine, text, expect, state):
    assert engine.completeness(text, expect) is state


@pytest.mark.parametrize("expect", [COMMAND, OPEN, YES_NO, RATING, Expect(Kind.CHOICE, ("breathe", "affirm"))])
def test_phrases_are_words_only(engine, expect):
    phrases = engine.phrases(expect, 3000)
    assert 500 < len(phrases) <= 3000
    assert "stop" in phrases
    assert not any(c.isdigit() or c in "#%{}<>[]()|" for p in phrases for c in p)
    assert len(engine.phrases(expect, 200)) <= 200


def test_phrases_mean_what_they_were_drawn_for(engine):
    wrong = [p for p in engine.phrases(COMMAND, 1500) if engine.understand(p).how != "template"]
    assert not wrong


def test_slot_values_are_of_the_interface(engine):
    for phrase in engine.phrases(COMMAND, 2000):
        slots = engine.understand(phrase).slots
        assert slots.get("pattern", "box") in PATTERNS
        assert slots.get("theme", "hope") in THEMES
        assert slots.get("stage", "anger") in STAGES
        assert set(slots) <= SLOTS


def test_vocabulary_holds_the_words(engine):
    assert {"stop", "breathing", "i'm", "minutes", "please"} <= engine.vocabulary()


def test_safety_is_seen_whatever_the_intent(engine):
    meaning = engine.understand("i don't want to be alive anymore")
    assert meaning.safety == "risk"
    assert engine.understand("stop", ["i want to kill myself"]).safety == "risk"


@pytest.mark.parametrize("text", ["i'm too ugly to be loved", "i always ruin everything"])
def test_judgements_are_reframed(engine, text):
    assert engine.understand(text).intent == "reframe"
