"""What every session shares: its plain properties, and the ways to read short answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..core.meaning import Meaning
from ..core.session import Flow, Plain, Slots


class BaseSession(Plain):
    """Defaults; a session overrides what differs."""

    name = "session"

    def run(self) -> Flow:
        """The session itself."""
        raise NotImplementedError

    def status(self) -> tuple[str, Slots]:
        """Where it is."""
        return "status.checkin", {}


def says(text: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases is in the text, as whole words; apostrophes do not count."""
    plain = f" {plain_words(text)} "
    return any(f" {plain_words(p)} " in plain for p in phrases)


def plain_words(text: str) -> str:
    """The words of a text in lower case, single spaces between them; without apostrophes and punctuation."""
    return " ".join(re.sub(r"[\W_]+", " ", text.lower().replace("'", "").replace("’", "")).split())


def place_named(text: str, ordinals: Sequence[Sequence[str]], most: int) -> int | None:
    """Which place in a list of `most` is named, from 0: "the second one" is no "one"; the longest word counts."""
    found = [(len(word), n) for n, words in enumerate(ordinals[:most]) for word in words if says(text, [word])]
    return max(found)[1] if found else None


HEARD = 0.2  # a feeling weaker than this is not taken for one


def felt(meaning: Meaning) -> str | None:
    """The feeling in a sentence, whatever else it is ("no, more sad than angry" is a no, too)."""
    if meaning.stage is not None:
        return meaning.stage
    ranked = strongest(meaning)
    return ranked[0][0] if ranked and ranked[0][1] >= HEARD else None


def strongest(meaning: Meaning) -> list[tuple[str, float]]:
    """Stages heard, strongest first, with their probabilities."""
    return sorted(((s, p) for s, p in meaning.stages.items() if p > 0), key=lambda sp: -sp[1])
