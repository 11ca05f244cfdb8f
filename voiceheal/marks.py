"""What a person was told once and need not hear again: an empty file each, beside their settings."""

from __future__ import annotations

import contextlib

from .core.conversation import Conversation
from .settings import REGION, state_folder

WELCOMED = "welcomed"
BREATHING_TOLD = "breathing-told"
ALL = (WELCOMED, BREATHING_TOLD, REGION)


def remember(conversation: Conversation) -> None:
    """Keep that the person has been told how to breathe safely, and which country they named; close the record."""
    conversation.context.memory.close()
    if conversation.context.breathing_told:
        mark(BREATHING_TOLD)
    if conversation.context.region_told is not None:
        mark(REGION, conversation.context.region_told)


def mark(name: str, text: str = "") -> None:
    """Write the file `name`; a disk that is full costs no more than hearing it again."""
    path = state_folder() / name
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
