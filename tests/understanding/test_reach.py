"""Every step and every stage can be reached by at least fifteen different sentences."""

from __future__ import annotations

import pytest

from voiceheal.understanding.engine import Engine

LEAST = 15
BY_NUMBER = (
    "step {n}", "step number {n}", "take me to step {n}", "let's do step {n}", "go to step {n}", "i want step {n}",
    "start step {n}", "read me step {n}", "can we do step {n}", "show me step {n}", "the {th} step", "do the {th} step",
    "i'd like to do step {n}", "open step {n}", "begin with step {n}", "take me to the {th} step",
)  # fmt: skip
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"]
BY_TOPIC = {
    1: ("the step about rejection being normal", "the step about being normal"),
    2: ("the step about feeling it", "the step about my feelings"),
    3: ("the step about kindness", "the step about being kind to myself"),
    4: ("the step about my body", "the step about health"),
    5: ("the step about reflection", "the step about learning from it"),
    6: ("the step about worth", "the step about my self worth"),
    7: ("the step about keeping my heart open", "the step about staying open"),
    8: ("the step about values", "the step about what matters to me"),
    9: ("the step about challenging thoughts", "the step about negative thoughts"),
    10: ("the step about support", "the step about asking for help"),
    11: ("the step about growth", "the step about growing"),
}
ABOUT_STAGE = (
    "tell me about {s}", "tell me about the {s} stage", "what is the {s} stage", "explain the {s} stage",
    "what's the {s} stage", "the {s} stage", "stage of {s}", "tell me more about the {s} stage",
    "describe the {s} stage", "what about the {s} stage", "the stage of {s}", "tell me about the stage of {s}",
    "explain {s}", "what does the {s} stage mean", "i want to know about the {s} stage",
    "can you explain the {s} stage", "what is the stage of {s}", "talk about the {s} stage",
    "i want to hear about the {s} stage", "what happens in the {s} stage",
)  # fmt: skip


@pytest.mark.parametrize("number", range(1, 12))
def test_a_step_is_reached(engine: Engine, number: int) -> None:
    ways = [f.format(n=NUMBERS[number - 1], th=ORDINALS[number - 1]) for f in BY_NUMBER]
    ways += BY_TOPIC[number]
    found = [(way, engine.understand(way)) for way in ways]
    right = {way for way, m in found if m.intent == "step" and int(float(m.slots.get("number", 0))) == number}
    assert len(right) >= LEAST, sorted(set(ways) - right)


@pytest.mark.parametrize("stage", ["denial", "anger", "bargaining", "sadness", "acceptance"])
def test_a_stage_is_reached(engine: Engine, stage: str) -> None:
    ways = [f.format(s=stage) for f in ABOUT_STAGE]
    found = [(way, engine.understand(way)) for way in ways]
    right = {way for way, m in found if m.intent == "stages" and m.slots.get("stage") == stage}
    assert len(right) >= LEAST, sorted(set(ways) - right)
