"""Every step and every stage has many ways to it, and from a feeling to something that helps it takes three turns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from voiceheal.core.events import Started
from voiceheal.core.meaning import STAGES, STEPS

from .test_scenarios import Theatre, conversation_of, house_with_content

WAYS: dict[str, dict[Any, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "en" / "reach.yaml").read_text(encoding="utf-8")
)
ENOUGH = 15
TURNS = 3
HELPS = {"breathe", "affirm", "step", "journal", "reframe", "reflect", "values", "reach_out", "closing", "why_it_hurts"}


def test_the_sentences_are_distinct() -> None:
    said = [s for group in WAYS.values() for several in group.values() for s in several]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("number", STEPS)
def test_a_step_is_reached_in_many_ways(number: int) -> None:
    """Said out of the blue, the step begins."""
    missed = []
    for said in WAYS["steps"][number]:
        theatre = Theatre(conversation_of({}, seed=1))
        theatre.take(Started())
        theatre.until_turn()
        theatre.says(said)
        theatre.pass_time(0.1)
        began = [n["session"] for n in theatre.heard.of("session_start")]
        meant = theatre.heard.of("intent")
        if began[:1] != ["step"] or meant[0]["slots"].get("number") != number:
            missed.append((said, meant))
    assert len(WAYS["steps"][number]) - len(missed) >= ENOUGH, missed


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_reached_in_many_ways(stage: str) -> None:
    """Told out of the blue, it is heard; or it is one of the two that are asked about."""
    missed = []
    for said in WAYS["stages"][stage]:
        theatre = Theatre(conversation_of({}, seed=1))
        theatre.take(Started())
        theatre.until_turn()
        theatre.says(said)
        theatre.until_turn()
        lines = [line for line, _ in theatre.heard.lines]
        names = " ".join(words for line, words in theatre.heard.lines if line == "checkin.either")
        asked = house_with_content().pack.stages[stage].name in names
        if not asked and not any(line.startswith(f"stage.{stage}.") for line in lines):
            missed.append((said, lines, theatre.heard.of("intent")))
    assert len(WAYS["stages"][stage]) - len(missed) >= ENOUGH, missed


@pytest.mark.parametrize("stage", STAGES)
def test_from_a_feeling_to_help_in_three_turns(stage: str) -> None:
    """Tell it, agree, choose: then something that helps begins."""
    missed = []
    for said in WAYS["stages"][stage]:
        theatre = Theatre(conversation_of({}, seed=2))
        theatre.take(Started())
        for words in (said, "yes", "the first one"):
            theatre.until_turn()
            if words == "yes" and any(line == "checkin.either" for line, _ in theatre.heard.lines):
                words = "the first"  # noqa: PLW2901  which of two is not answered by a yes
            theatre.says(words)
            theatre.pass_time(0.1)
        began = [n["session"] for n in theatre.heard.of("session_start")]
        if not HELPS & set(began):
            missed.append((said, began, theatre.heard.lines, theatre.heard.of("intent")))
    assert len(WAYS["stages"][stage]) - len(missed) >= ENOUGH, missed
