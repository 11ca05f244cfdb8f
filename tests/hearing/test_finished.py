"""What the few-word grammar heard over our own voice: the command at its end, when it is sure."""

from __future__ import annotations

import pytest

from voiceheal.core.meaning import Completeness
from voiceheal.hearing.finished import last_said, said_over

COMMANDS = ("stop", "stop now", "speak louder")


def completeness(text: str) -> Completeness:
    return Completeness.COMPLETE if text in COMMANDS else Completeness.NONE


@pytest.mark.parametrize(
    ("heard", "command"),
    [
        ("stop now", "stop now"),
        ("it stop now", "stop now"),
        ("go back [unk] speak louder", "speak louder"),
        ("skip [unk] it stop", "stop"),
        ("now it stop", ""),  # two words of ours before it may as well be three
        ("stop [unk]", ""),
        ("[unk]", ""),
        ("", ""),
    ],
)
def test_what_comes_before_a_command_is_what_was_left_of_us(heard: str, command: str) -> None:
    assert last_said(heard, completeness) == command


@pytest.mark.parametrize(
    ("heard", "sure", "text", "taken"),
    [
        ("stop", 0.7, "top", True),
        ("stop", 0.6, "top", False),
        ("stop now", 0.6, "some now", True),
        ("stop now", 0.5, "some now", False),
        ("stop now", 0.9, "the mind likes a cause it can fix", False),  # drowned in our words
    ],
)
def test_over_our_voice_a_command_must_be_sure(heard: str, sure: float, text: str, taken: bool) -> None:
    assert said_over([[(heard, sure)], []], text, completeness) == ((heard, sure) if taken else ("", 0.0))
