"""Something wrong in a pack, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import ContentError
from .entries import Entry

_PLACED = re.compile(r"^(?P<file>.+?\.ya?ml)(?:, line (?P<line>\d+))?(?:, key (?P<key>.+?))?: (?P<problem>.+)$")


@dataclass(frozen=True)
class Finding:
    """Something wrong in a pack.

    Attributes:
        file, line: where; line counts from 1, 0 = the file as a whole. key: dotted way to the place, "" = none.
        problem: what is wrong. advice: nothing breaks by it.
    """

    file: str
    line: int
    key: str
    problem: str
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.problem}"


def at(e: Entry, problem: str, *, advice: bool = False) -> Finding:
    """A finding at the place of a text."""
    return Finding(e.file, e.line, e.key, problem, advice)


def placed(error: ContentError, file: str) -> Iterator[Finding]:
    """The loader's sentences as findings; `file` where a sentence names none."""
    for sentence in error.message.splitlines():
        place = _PLACED.match(sentence)
        if place is None:
            yield Finding(file, 0, "", sentence)
        else:
            yield Finding(place["file"], int(place["line"] or 0), place["key"] or "", place["problem"])
