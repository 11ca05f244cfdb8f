"""One utterance on its way through the readings: plain data that they all look at."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.meaning import Expect
from .feelings import FeelingResult


@dataclass(frozen=True)
class Heard:
    """Words and what surrounds them.

    Attributes:
        text: normalised, with apostrophes. words: as they are matched, without. alternatives: other transcripts.
        expect: what was asked. feeling: what the lexicon of feelings finds in it.
    """

    text: str
    words: list[str]
    alternatives: tuple[str, ...]
    expect: Expect
    feeling: FeelingResult


@dataclass(frozen=True)
class Guess:
    """An intent for words that no template fits."""

    intent: str
    confidence: float
    how: str
