"""When the grammar's command is believed, when it is asked about, and when the transcript counts."""

from __future__ import annotations

import pytest

from voiceheal.core.doubts import SURE
from voiceheal.core.meaning import FREE_INTENTS, Expect, Kind, Meaning
from voiceheal.understanding.engine import Engine
from voiceheal.understanding.heard import TwoEars


@pytest.fixture(scope="module")
def ears(engine: Engine) -> TwoEars:
    return TwoEars(engine)


def asked(meaning: Meaning) -> bool:
    return meaning.intent not in FREE_INTENTS and meaning.confidence < SURE.get(meaning.how, 0.0)


def test_in_noise_the_grammar_is_believed_though_the_transcript_is_wrong(ears: TwoEars) -> None:
    meant = ears.understand("bucks breeding for vie minutes", (), None, "box breathing for five minutes", 0.95, 0.6)
    assert (meant.intent, meant.slots) == ("breathe", {"pattern": "box", "minutes": 5})
    assert meant.how == "grammar"
    assert not asked(meant)
    assert meant.text == "bucks breeding for vie minutes"


def test_a_command_that_the_grammar_is_not_sure_of_is_asked_about(ears: TwoEars) -> None:
    meant = ears.understand("we all went to the harbour", (), None, "box breathing", 0.75, 0.6)
    assert meant.intent == "breathe"
    assert asked(meant)


def test_an_open_answer_is_not_overruled_by_a_grammar(ears: TwoEars) -> None:
    said = "i think that nobody there ever really liked me"
    meant = ears.understand(said, (), Expect(Kind.OPEN), "breathe with me", 1.0, 0.7)
    assert meant.intent in FREE_INTENTS


def test_a_clear_transcript_that_is_a_command_itself_counts(ears: TwoEars) -> None:
    assert ears.understand("i need to talk", (), None, "the end", 0.9, 0.95).intent == "check_in"


def test_a_long_sentence_with_a_command_in_it_is_none(ears: TwoEars) -> None:
    said = "then he told me that i should stop calling him all day and all night long"
    meant = ears.understand(said, (), None, "stop", 1.0, 0.9)
    assert meant.intent in FREE_INTENTS or asked(meant)


def test_a_cry_for_help_is_heard_whatever_the_grammar_hears(ears: TwoEars) -> None:
    assert ears.understand("i want to kill myself", (), None, "breathe with me", 1.0, 0.9).safety == "risk"
    assert ears.understand("i want to kill myself", (), Expect(Kind.OPEN), "stop", 1.0, 0.9).safety == "risk"


def test_without_any_transcript_a_command_is_asked_about(ears: TwoEars) -> None:
    meant = ears.understand("", (), None, "bedtime affirmations", 0.9, 0.0)
    assert meant.intent == "bedtime"
    assert asked(meant)


def test_what_a_guess_of_a_transcript_seems_to_mean_is_asked_about(ears: TwoEars, engine: Engine) -> None:
    said = "i would love something to make me sleepy"
    typed = TwoEars(engine, spoken=False)
    assert engine.understand(said).intent == "bedtime"
    assert not asked(typed.understand(said, (), None, "", 1.0, 0.5))
    assert asked(ears.understand(said, (), None, "", 1.0, 0.5))
