"""Splits a line at its `[pause S]` marks: text and seconds of silence, in order."""

from __future__ import annotations

import re

MARK = re.compile(r"\[\s*pause\s+(\d+(?:\.\d+)?)\s*(?:s|seconds?)?\s*\]", re.IGNORECASE)
LONGEST_S = 120.0  # a slip of the pen must not silence the evening


def split_pauses(text: str) -> list[str | float]:
    """Pieces of text and pauses (s) in order; empty pieces are left out, pauses are kept below `LONGEST_S`."""
    parts: list[str | float] = []
    at = 0
    for mark in MARK.finditer(text):
        parts.append(text[at : mark.start()].strip())
        parts.append(min(float(mark[1]), LONGEST_S))
        at = mark.end()
    parts.append(text[at:].strip())
    return [p for p in parts if p not in ("", 0.0)]


def without_pauses(text: str) -> str:
    """The words alone, for the screen."""
    return " ".join(MARK.sub(" ", text).split())
