"""Hears from the words alone that somebody is in the middle of a list: "no job no money", "my mother my sister".

A recogniser writes no commas, and a list has no last word of its own. What gives it away is that short parts begin
with the same word, one after the other, and that the one which usually closes a list ("and no friends") has not come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 2  # words of a part after the one that all parts begin with; more and it is a sentence
PARTS = 2
PARTS_OF_COMMON = 3  # "she said she would" is no list, "he lies he cheats he steals" is one


@dataclass(frozen=True, slots=True)
class ListRule:
    """Whether the words so far end inside of a list.

    Args:
        closing: words that close a list before its last part, or join two sentences ("and", "or"); content.
        common: words that come again in any sentence ("i", "the", "of"): two parts that begin with one are no list, and
            none ends with one; content.
    """

    closing: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()

    def open_at_end(self, words: Sequence[str]) -> bool:
        """Whether the words end in short parallel parts without a closing one, or at the beginning of such a part."""
        whole = [self._parts(words, size) for size in range(2, 2 + LONGEST)]
        begun = [
            self._parts(words[:-1], size) for size in range(2, 2 + LONGEST) if words[-size - 1 : -size] == words[-1:]
        ]
        return any(whole) or any(begun)

    def _parts(self, words: Sequence[str], size: int) -> bool:
        """Whether the words end in enough parts that begin with the same word, the last one of `size` words."""
        if len(words) <= size:
            return False
        lead, end = words[-size], len(words)
        parts: list[str] = []
        while len(parts) < (PARTS_OF_COMMON if lead in self.common else PARTS):
            at = next((at for at in range(end - 2, max(-1, end - 2 - LONGEST), -1) if words[at] == lead), -1)
            part = words[at + 1 : end]
            if at < 0 or lead in part or part[-1] in self.common or not self.closing.isdisjoint(part):
                return False
            said = " ".join(part) + " "
            if any(said.startswith(other) or other.startswith(said) for other in parts):
                return False  # the same thing said twice
            parts.append(said)
            end = at
        return True
