"""The notation of templates - [optional], (a|b), {slot}, {list:slot}, <rule> - read into a small tree of words.

The notation is hassil's (OHF-Voice); this reader keeps to the part of it that templates use, and is quick enough to
read a thousand of them at every start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import ContentError
from .normalise import normalise, tokens


@dataclass(frozen=True, slots=True)
class Run:
    """Words in a row, as they are matched; `said` is how they are written."""

    words: tuple[str, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """One part after another."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several parts, or none of them when it is `optional`."""

    parts: tuple[Part, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A value from the list `source`, kept under `name`."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Another template, by name."""

    name: str


Part = Run | Row | Choice | Slot | Rule
_PIECE = re.compile(r"[()\[\]|]|\{[^{}]*\}|<[^<>]*>|[^()\[\]|{}<>]+|[{}<>]")
_CLOSING = {"(": ")", "[": "]"}


def read(text: str) -> Part:
    """The tree of one template.

    Raises:
        ContentError: a bracket is not closed, or a group begins or ends in the middle of a word.
    """
    pieces = _PIECE.findall(text)
    for left, right in zip(pieces, pieces[1:], strict=False):
        if (left[-1].isalnum() and right in ("[", "(")) or (left in ("]", ")") and right[0].isalnum()):
            raise ContentError(f"The template {text!r} has a group inside a word; write the words out.")
    part, end = _choice(pieces, 0, text, "")
    if end != len(pieces):
        raise ContentError(f"The template {text!r} closes a bracket that was not opened.")
    return part


def _choice(pieces: list[str], at: int, text: str, opened: str) -> tuple[Part, int]:
    """Rows divided by "|", up to the bracket that closes `opened`."""
    rows: list[Part] = []
    row: list[Part] = []
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        first = piece[0]
        if first in _CLOSING:
            part, at = _choice(pieces, at, text, first)
            row.append(part)
        elif first == "|":
            rows.append(_row(row))
            row = []
        elif first in ")]":
            if piece != _CLOSING.get(opened):
                raise ContentError(f"The template {text!r} closes {piece!r} without opening it.")
            return _group(rows, row, opened == "["), at
        elif first in "{<":
            row.append(_reference(piece, text))
        elif not piece.isspace():
            said = normalise(piece)
            row.append(Run(tuple(tokens(said)), said))
    if opened:
        raise ContentError(f"The template {text!r} does not close {opened!r}.")
    return _group(rows, row, optional=False), at


def _reference(piece: str, text: str) -> Part:
    inside = piece[1:-1].strip()
    if not inside:
        raise ContentError(f"The template {text!r} has a slot or rule without a name.")
    if piece[0] == "<":
        return Rule(inside)
    source, _, name = inside.partition(":")
    return Slot(source, name or source)


def _row(parts: list[Part]) -> Part:
    return parts[0] if len(parts) == 1 else Row(tuple(parts))


def _group(rows: list[Part], row: list[Part], optional: bool) -> Part:
    if not rows and not optional:
        return _row(row)
    return Choice((*rows, _row(row)), optional)
