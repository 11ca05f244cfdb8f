"""Polite words around a command are stepped over, never deleted: they give places where it may begin or end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .numbers import Phrases

MAX_WRAPPERS = 5


class Wrappers:
    """Fillers ("um"), words before ("can you") and after ("please") a command, from the pack's `words`."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        """Take the pack's word lists `filler`, `front`, `back`."""
        self._filler = Phrases({"": words.get("filler", ())})
        self._front = Phrases({"": [*words.get("front", ()), *words.get("filler", ())]})
        self._back = Phrases({"": [*words.get("back", ()), *words.get("filler", ())]})

    def without_fillers(self, words: Sequence[str]) -> list[str]:
        """The words without the fillers between them."""
        out: list[str] = []
        at = 0
        while at < len(words):
            hits = self._filler.at(words, at)
            if hits:
                at = hits[0][0]
            else:
                out.append(words[at])
                at += 1
        return out

    def starts(self, words: Sequence[str]) -> list[int]:
        """Places where a command may begin, the first word before all others."""
        places = [0]
        frontier = {0}
        for _ in range(MAX_WRAPPERS):
            frontier = {end for p in frontier for end, _ in self._front.at(words, p)} - set(places)
            places += sorted(frontier)
        return [p for p in places if p < len(words)]

    def ends(self, words: Sequence[str]) -> list[int]:
        """Places where a command may end, the last word before all others."""
        size = len(words)
        good = {size}
        first = max(0, size - 4 * MAX_WRAPPERS)
        for at in range(size - 1, first - 1, -1):
            if any(end in good for end, _ in self._back.at(words, at)):
                good.add(at)
        return sorted(good - {0}, reverse=True)
