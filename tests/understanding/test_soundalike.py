"""Whole sentences that sound like a command are taken for it; others are not."""

from __future__ import annotations

import pytest

from voiceheal.core.meaning import Expect, Kind
from voiceheal.understanding.soundalike import SoundAlike

PHRASES = SoundAlike(["stop", "pause", "next", "box breathing", "bedtime affirmations", "speak slower"])


@pytest.mark.parametrize(
    ("heard", "meant"),
    [("paws", "pause"), ("bucks breathing", "box breathing"), ("bed time affirmation", "bedtime affirmations")],
)
def test_sounds_like(heard, meant):
    hit = PHRASES.best(heard.split(), 0.75)
    assert hit is not None
    assert hit.phrase == meant


@pytest.mark.parametrize("heard", ["shop", "text", "nest", "the box is empty", "", "he had to stop"])
def test_does_not_sound_like(heard):
    assert PHRASES.best(heard.split(), 0.82) is None


@pytest.mark.parametrize(
    ("heard", "intent"),
    [
        ("bad time affirmations", "bedtime"),
        ("bucks breathing for five minutes", "breathe"),
        ("for seventy eight breathing", "breathe"),
        ("start box breeding for too minutes", "breathe"),
        ("set a sleep time for twenty minutes", "sleep_timer"),
        ("start a cheque in", "check_in"),
        ("vital breathing", "breathe"),
    ],
)
def test_misheard_command(engine, heard, intent):
    assert engine.understand(heard).intent == intent


def test_misheard_number_is_kept(engine):
    assert engine.understand("start box breeding for seventeen minutes").slots == {"pattern": "box", "minutes": 17}


@pytest.mark.parametrize("text", ["i can breathe again", "he stopped me", "i was at the shop", "my ex"])
def test_meaning_is_not_turned_round(engine, text):
    assert engine.understand(text, expect=Expect(Kind.OPEN)).intent in ("feeling", "out_of_scope", "reframe")


def test_other_transcripts_help(engine):
    assert engine.understand("blueberry tie", ["bedtime"]).intent == "bedtime"
