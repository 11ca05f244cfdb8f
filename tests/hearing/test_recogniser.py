"""Vosk behind its port: results are read, pieces joined, grammars kept; and the real model hears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.rig import people, sound
from voiceheal.core.meaning import Expect, Kind
from voiceheal.hearing.recogniser import (
    GrammarRecogniser,
    Vocabulary,
    VoskRecogniser,
    join_pieces,
    known_phrases,
    read_result,
)


class Words:
    """A model that knows some words."""

    def __init__(self, *words: str) -> None:
        self._words = words

    def vosk_model_find_word(self, word: str) -> int:
        return self._words.index(word) if word in self._words else -1


def timed(*words: str) -> list[dict[str, object]]:
    return [{"word": word, "start": float(i), "end": i + 1.0} for i, word in enumerate(words)]


# ---- results ------------------------------------------------------------------------------------------------------
def test_one_transcript_has_the_mean_of_its_words() -> None:
    result = {"text": "go back", "result": [{"word": "go", "conf": 0.5}, {"word": "back", "conf": 1.0}]}
    assert read_result(result) == [("go back", 0.75)]


@pytest.mark.parametrize(
    "result", [{"text": ""}, {"alternatives": []}, {"alternatives": [{"text": "", "confidence": 9.0}]}]
)
def test_silence_is_nothing(result: dict[str, object]) -> None:
    assert read_result(result) == []


def test_alternatives_share_their_confidence_word_by_word() -> None:
    same = {"confidence": 100.0}
    result = {
        "alternatives": [
            {"text": "star breathing", "result": timed("star", "breathing"), **same},
            {"text": "start breathing", "result": timed("start", "breathing"), **same},
        ]
    }
    found = read_result(result)
    assert [text for text, _ in found] == ["star breathing", "start breathing"]
    assert [confidence for _, confidence in found] == pytest.approx([0.75, 0.75])


def test_a_transcript_that_comes_twice_counts_once() -> None:
    entry = {"text": "stop", "result": timed("stop"), "confidence": 150.0}
    assert read_result({"alternatives": [entry, entry]}) == [("stop", 1.0)]


# ---- pieces -------------------------------------------------------------------------------------------------------
def test_pieces_are_joined_and_every_doubt_is_among_the_alternatives() -> None:
    pieces = [[("i feel sad", 1.0)], [("sense she left", 0.6), ("since she left", 0.5)], [("me", 0.4), ("my", 0.3)]]
    assert [text for text, _ in join_pieces(pieces)] == [
        "i feel sad sense she left me",
        "i feel sad since she left me",
        "i feel sad sense she left my",
    ]
    assert join_pieces(pieces)[0][1] == pytest.approx((3 * 1.0 + 3 * 0.6 + 0.4) / 7)
    assert len(join_pieces(pieces, 2)) == 2


def test_ghost_words_between_pieces_are_left_out() -> None:
    assert join_pieces([[("the", 0.3)], [], [("she left me", 1.0)], [("huh", 0.5)]]) == [("she left me", 1.0)]
    assert join_pieces([[("the", 0.3)]]) == [("the", 0.3)], "alone it may be a word: the ears know how long it was"
    assert join_pieces([[], []]) == []


# ---- grammar ------------------------------------------------------------------------------------------------------
def test_a_sentence_with_an_unknown_word_is_left_out_as_a_whole() -> None:
    model = Words("start", "breathing")
    known = known_phrases(model, ["start breathing", "start breathwork", " ", "breathing"])
    assert known == (["start breathing", "breathing"], ("breathwork",))


# ---- the real model -----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def model(model_path: Path) -> Vocabulary:
    people.need_people()
    import vosk

    vosk.SetLogLevel(-1)
    loaded: Vocabulary = vosk.Model(str(model_path))
    return loaded


def feed(recogniser: VoskRecogniser | GrammarRecogniser, samples: sound.Samples) -> list[str]:
    """The partials on the way, each once."""
    seen: list[str] = []
    for at in range(0, len(samples), 512):
        recogniser.accept(samples[at : at + 512])
        if recogniser.partial() not in ["", *seen[-1:]]:
            seen.append(recogniser.partial())
    return seen


@pytest.mark.model
def test_it_hears_a_sentence_and_is_ready_for_the_next(model: Vocabulary) -> None:
    recogniser = VoskRecogniser(model)
    for said in ("i feel really sad", "show me the steps"):
        partials = feed(recogniser, people.spoken(said))
        text, confidence = recogniser.final()[0]
        assert text == said
        assert 0.7 < confidence <= 1.0
        assert partials and said.startswith(partials[0].split()[0])
        assert recogniser.partial() == ""


@pytest.mark.model
def test_a_pause_does_not_cut_the_answer(model: Vocabulary) -> None:
    recogniser = VoskRecogniser(model)
    first, rest = people.spoken("i feel really sad", "rms"), people.spoken("since she left me", "rms")
    feed(recogniser, np.concatenate([first, sound.silence(1.2), rest]))
    assert recogniser.partial().startswith("i feel really sad since"), "the piece before the pause stays in sight"
    assert recogniser.final()[0][0] == "i feel really sad since she left me"


@pytest.mark.model
def test_silence_and_noise_are_no_words(model: Vocabulary) -> None:
    recogniser = VoskRecogniser(model)
    assert recogniser.final() == []
    recogniser.accept(sound.silence(0.0))
    feed(recogniser, sound.silence(1.0))
    assert recogniser.final() == []
    assert recogniser.final() == []


@pytest.mark.model
def test_doubt_gives_alternatives(model: Vocabulary) -> None:
    recogniser = VoskRecogniser(model, alternatives=4)
    feed(recogniser, people.spoken("start box breathing for five minutes"))
    found = recogniser.final()
    assert 2 <= len(found) <= 4
    assert len({text for text, _ in found}) == len(found)
    assert found[0][1] < 0.95


@pytest.mark.model
def test_a_grammar_hears_its_sentences_and_says_when_it_does_not_know(model: Vocabulary) -> None:
    recogniser = VoskRecogniser(model, ["start box breathing for five minutes", "stop", "start breathwork"])
    assert recogniser.missing_words == ("breathwork",)
    feed(recogniser, people.spoken("start box breathing for five minutes"))
    [(text, confidence)] = recogniser.final()
    assert text == "start box breathing for five minutes"
    assert confidence > 0.7
    feed(recogniser, people.spoken("she left me last week and i do not know why"))
    assert "[unk]" in recogniser.final()[0][0]


@pytest.mark.model
def test_made_anew_it_hears_on(model: Vocabulary) -> None:
    recogniser = VoskRecogniser(model, renew_after_s=0.5)
    for _ in range(3):
        feed(recogniser, people.spoken("show me the steps"))
        assert recogniser.final()[0][0] == "show me the steps"


@pytest.mark.model
def test_grammars_are_built_once_for_each_question(model: Vocabulary) -> None:
    asked: list[Expect] = []

    def phrases(expect: Expect) -> list[str]:
        asked.append(expect)
        return ["yes", "no"] if expect.kind is Kind.YES_NO else ["stop", "pause"]

    recogniser = GrammarRecogniser(model, phrases, keep=2)
    assert recogniser.final() == [], "before anything is expected it hears nothing"
    for kind, said in ((Kind.COMMAND, "pause"), (Kind.YES_NO, "yes"), (Kind.COMMAND, "stop")):
        recogniser.expect(Expect(kind, patience=1.0 + len(asked)))
        feed(recogniser, people.spoken(said))
        assert recogniser.final()[0][0] == said
    assert [e.kind for e in asked] == [Kind.COMMAND, Kind.YES_NO]
    recogniser.expect(Expect(Kind.OPEN))
    recogniser.expect(Expect(Kind.YES_NO))
    assert len(asked) == 4, "the one not used for longest was let go"
