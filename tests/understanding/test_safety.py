"""Nobody at risk is missed; look-alikes and ordinary sentences raise no alarm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from voiceheal.errors import ContentError
from voiceheal.packs.helping import Helplines
from voiceheal.packs.schema import SafetyWords
from voiceheal.packs.yamlfile import read_yaml
from voiceheal.understanding.safety import SafetyRecogniser

ROOT = Path(__file__).parents[2]


def sentences(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "tests/en" / name).read_text(encoding="utf-8"))
    return found


SAFETY = sentences("safety.yaml")
FEELINGS = sentences("feelings.yaml")


@pytest.fixture(scope="module")
def recogniser() -> SafetyRecogniser:
    return SafetyRecogniser(read_yaml(ROOT / "content/en/safety.yaml", SafetyWords))


@pytest.mark.parametrize("part", ["seen", "held_out"])
@pytest.mark.parametrize("level", ["risk", "danger"])
def test_recall(recogniser: SafetyRecogniser, part: str, level: str) -> None:
    missed = [t for t in SAFETY[part][level] if recogniser.recognise([t]) is None]
    assert len(missed) <= 0.05 * len(SAFETY[part][level]), missed


@pytest.mark.parametrize("part", ["seen", "held_out"])
def test_danger_is_told_from_risk(recogniser: SafetyRecogniser, part: str) -> None:
    less = [t for t in SAFETY[part]["danger"] if recogniser.recognise([t]) != "danger"]
    assert len(less) <= 0.1 * len(SAFETY[part]["danger"]), less


@pytest.mark.parametrize("part", ["seen", "held_out"])
def test_lookalikes(recogniser: SafetyRecogniser, part: str) -> None:
    alarms = [t for t in SAFETY[part]["lookalikes"] if recogniser.recognise([t])]
    assert len(alarms) <= 0.05 * len(SAFETY[part]["lookalikes"]), alarms


def test_indirect_and_mixed_sentences(recogniser: SafetyRecogniser) -> None:
    missed = [t for t in SAFETY["harder"]["alarms"] if recogniser.recognise([t]) is None]
    alarms = [t for t in SAFETY["harder"]["lookalikes"] if recogniser.recognise([t])]
    assert len(missed) <= 0.05 * len(SAFETY["harder"]["alarms"]), missed
    assert len(alarms) <= 0.05 * len(SAFETY["harder"]["lookalikes"]), alarms


def test_ordinary_sentences(recogniser: SafetyRecogniser) -> None:
    ordinary = [t for part in ("seen", "held_out") for texts in FEELINGS[part].values() for t in texts]
    ordinary += FEELINGS["none"] + FEELINGS["happened"]
    alarms = [t for t in ordinary if recogniser.recognise([t])]
    assert len(alarms) <= 1, alarms


@pytest.mark.parametrize(
    "text", ["I don't want to be here anymore.", "i dont want to be here any more", "I do not want to be here anymore"]
)
def test_spelling_does_not_matter(recogniser: SafetyRecogniser, text: str) -> None:
    assert recogniser.recognise([text]) == "risk"


def test_alternatives_count(recogniser: SafetyRecogniser) -> None:
    assert recogniser.recognise(["i want to tie", "i want to die"]) == "risk"
    assert recogniser.recognise(["i want to die", "he is going to kill me"]) == "danger"
    assert recogniser.recognise([]) is None
    assert recogniser.recognise(["", "hello"]) is None


def test_a_lookalike_hides_nothing_beside_it(recogniser: SafetyRecogniser) -> None:
    assert recogniser.recognise(["my shoes are killing me"]) is None
    assert recogniser.recognise(["my shoes are killing me and i want to die"]) == "risk"
    assert recogniser.recognise(["i'm not suicidal but i don't want to be here anymore"]) == "risk"


def test_a_lookalike_inside_a_longer_alarm_does_not_silence_it(recogniser: SafetyRecogniser) -> None:
    assert recogniser.recognise(["my boss would kill me"]) is None
    assert recogniser.recognise(["he will kill me if i tell anyone"]) == "danger"


def test_help_in_distress_only(recogniser: SafetyRecogniser) -> None:
    assert recogniser.recognise(["help"]) is None
    assert recogniser.recognise(["i need help with the breathing"]) is None
    assert recogniser.recognise(["i need help"]) == "risk"


def test_broken_phrases_name_themselves() -> None:
    for bad in ("(never closed", "<nowhere>", "[all] [optional]"):
        with pytest.raises(ContentError, match="phrase"):
            SafetyRecogniser(SafetyWords(risk=[bad], danger=["x"], lookalikes=["y"]))


def test_helplines() -> None:
    regions = read_yaml(ROOT / "content/en/helplines.yaml", Helplines).regions
    assert {"US", "GB", "IE", "CA", "AU", "NZ", "IN", "DE", "FR", "ES", "NL", "SE", "ZA", "EU"} <= set(regions)
    for line in regions.values():
        assert line.emergency.isdigit()
        assert line.lines
        assert line.numbers
        assert line.source
