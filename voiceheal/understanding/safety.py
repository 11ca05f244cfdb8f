"""Whether someone may be at risk or in danger: high recall before everything; look-alikes are ruled out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from ..packs.schema import SafetyWords
from .phrasefinder import Hit, PhraseFinder, Spelling

Level = Literal["risk", "danger"]


class SafetyRecogniser:
    """Finds what is said when someone may not be safe. Pure and without state; well under a millisecond a sentence.

    Raises:
        ContentError: a phrase of the pack cannot be read.
    """

    def __init__(self, words: SafetyWords) -> None:
        self._spelling = Spelling(words.spellings)
        alarms: list[tuple[str, Level]] = [(t, "risk") for t in words.risk]
        alarms += [(t, "danger") for t in words.danger]
        self._alarms: PhraseFinder[Level] = PhraseFinder(alarms, words.rules, self._spelling)
        self._lookalikes = PhraseFinder([(t, True) for t in words.lookalikes], words.rules, self._spelling)

    def recognise(self, texts: Sequence[str]) -> Level | None:
        """The gravest found in any of the texts: what was heard best, and the recogniser's alternatives.

        One alternative is enough: a false alarm costs one soft question, a miss may cost more.
        """
        return gravest(hit.value for text in dict.fromkeys(texts) for hit in self._found(self._spelling.words(text)))

    def _found(self, words: Sequence[str]) -> Iterator[Hit[Level]]:
        """Alarms that no look-alike explains: one explains those it touches, but not one that says more around it."""
        harmless = self._lookalikes.find(words)
        for alarm in self._alarms.find(words):
            if not any(_explains(h, alarm) for h in harmless):
                yield alarm


def gravest(levels: Iterable[Level | None]) -> Level | None:
    """The worst of them; nothing after a danger is looked at."""
    found: Level | None = None
    for level in levels:
        if level == "danger":
            return level
        found = level or found
    return found


def _explains(lookalike: Hit[bool], alarm: Hit[Level]) -> bool:
    if lookalike.end <= alarm.start or alarm.end <= lookalike.start:
        return False
    within = alarm.start <= lookalike.start and lookalike.end <= alarm.end
    return not within or alarm.end - alarm.start == lookalike.end - lookalike.start
