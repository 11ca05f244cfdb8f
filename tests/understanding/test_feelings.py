"""Feelings are found in sentences written apart from the lexicon; several at once; negation turns them round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from voiceheal.core.meaning import STAGES
from voiceheal.packs.schema import Feelings
from voiceheal.packs.yamlfile import read_yaml
from voiceheal.understanding.feelings import FeelingRecogniser, FeelingResult

ROOT = Path(__file__).parents[2]
SENTENCES: dict[str, Any] = yaml.safe_load((ROOT / "tests/en/feelings.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def recogniser() -> FeelingRecogniser:
    return FeelingRecogniser(read_yaml(ROOT / "content/en/feelings.yaml", Feelings))


def strongest(result: FeelingResult) -> str | None:
    stage = max(result.stages, key=lambda s: result.stages[s])
    return stage if result.stages[stage] > 0 else None


@pytest.mark.parametrize(
    ("part", "least"), [("seen", 0.93), ("held_out", 0.85), ("harder", 0.85), ("harder_held_out", 0.4)]
)
def test_strongest_stage(recogniser: FeelingRecogniser, part: str, least: float) -> None:
    wrong = [
        (stage, text)
        for stage, texts in SENTENCES[part].items()
        for text in texts
        if strongest(recogniser.recognise(text)) != stage
    ]
    total = sum(len(texts) for texts in SENTENCES[part].values())
    assert 1 - len(wrong) / total >= least, wrong


@pytest.mark.parametrize("text", SENTENCES["none"])
def test_commands_and_small_talk_carry_no_feeling(recogniser: FeelingRecogniser, text: str) -> None:
    result = recogniser.recognise(text)
    assert max(result.stages.values()) < 0.5
    assert not result.happened


def test_told_events_are_noticed(recogniser: FeelingRecogniser) -> None:
    missed = [t for t in SENTENCES["happened"] if not recogniser.recognise(t).happened]
    assert len(missed) <= 1, missed


def test_probabilities(recogniser: FeelingRecogniser) -> None:
    for text in ("", "i'm so angry and i can't stop crying", "hello"):
        result = recogniser.recognise(text)
        assert set(result.stages) == set(STAGES)
        assert all(p >= 0 for p in result.stages.values())
        assert sum(result.stages.values()) <= 1
        assert 0 <= result.strength <= 1


def test_two_at_once(recogniser: FeelingRecogniser) -> None:
    stages = recogniser.recognise("i'm furious with him and i cry all night").stages
    assert sorted(sorted(stages, key=lambda s: -stages[s])[:2]) == ["anger", "sadness"]


def test_negation(recogniser: FeelingRecogniser) -> None:
    assert recogniser.recognise("i'm not angry").stages["anger"] == 0
    assert strongest(recogniser.recognise("i'm not angry i just miss him")) == "sadness"
    assert strongest(recogniser.recognise("i'm not okay")) == "sadness"
    assert strongest(recogniser.recognise("i am not over her")) == "sadness"
    assert strongest(recogniser.recognise("i'm over her")) == "acceptance"


def test_what_follows_a_turn_counts_more(recogniser: FeelingRecogniser) -> None:
    assert strongest(recogniser.recognise("i was furious but now i'm at peace")) == "acceptance"


@pytest.mark.parametrize(
    "text", ["I can't believe it!", "i cant believe it", "i can not believe it", "I CANNOT BELIEVE IT"]
)
def test_spelling_does_not_matter(recogniser: FeelingRecogniser, text: str) -> None:
    assert strongest(recogniser.recognise(text)) == "denial"


def test_stronger_words_are_stronger(recogniser: FeelingRecogniser) -> None:
    weak, strong = recogniser.recognise("i'm sad"), recogniser.recognise("i'm so incredibly sad and lonely")
    assert weak.strength < strong.strength
