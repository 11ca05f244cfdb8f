"""Picks the words for a line: a shuffle bag for each id, so nothing is said twice before all of it was heard."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from string import Formatter

from ..errors import ContentError

_FIRST = "__first"
_BEGINS = re.compile(r"(^|[.!?] (?:\[pause [\d.]+\] )?)\{(\w+)\}")
_MEND = "Run `voiceheal content check` on the content pack."


class Phrasebook:
    """Variants of lines by id.

    No variant comes twice before all variants of its id were heard, and none twice in a row when the bag is refilled.

    Args:
        lines: line id -> variants; the variants of one id use the same {slots}.
        rng: decides the order; the same seed gives the same words.
    """

    def __init__(self, lines: Mapping[str, tuple[str, ...]], rng: random.Random) -> None:
        self._lines = lines
        self._rng = rng
        self._bags: dict[str, list[str]] = {}
        self._last: dict[str, str] = {}

    def pick(self, line_id: str, **slots: object) -> str:
        """The next variant of a line with its slots filled; a sentence that begins with a slot gets its capital.

        Raises:
            ContentError: there is no such line, or it needs a slot that is not given.
        """
        return _filled(line_id, self._draw(line_id), slots)

    def nth(self, line_id: str, n: int, **slots: object) -> str:
        """The n-th variant (from 0), filled in; beyond the last it begins anew, and none comes twice in a row.

        Raises:
            ContentError: there is no such line, or it needs a slot that is not given.
        """
        variants = self.variants(line_id)
        variant = variants[n % len(variants)]
        if variant == self._last.get(line_id):  # begun anew at once: not in the same words
            variant = variants[(n + 1) % len(variants)]
        self._last[line_id] = variant
        return _filled(line_id, variant, slots)

    def variants(self, line_id: str) -> tuple[str, ...]:
        """All variants as written.

        Raises:
            ContentError: there is no such line.
        """
        try:
            return self._lines[line_id]
        except KeyError:
            raise ContentError(f"There is no line {line_id!r} in the content pack.", _MEND) from None

    def __contains__(self, line_id: object) -> bool:
        return line_id in self._lines

    def _draw(self, line_id: str) -> str:
        bag = self._bags.get(line_id)
        if not bag:
            bag = list(self.variants(line_id))
            self._rng.shuffle(bag)
            if len(bag) > 1 and bag[-1] == self._last.get(line_id):  # drawn from the end
                bag[0], bag[-1] = bag[-1], bag[0]
            self._bags[line_id] = bag
        self._last[line_id] = bag.pop()
        return self._last[line_id]


def _filled(line_id: str, variant: str, slots: Mapping[str, object]) -> str:
    """The words of a variant; a slot that begins a sentence gets its capital."""
    given = slots
    if "{" in variant and variant[-1] in ".!?":
        given = {
            **slots,
            **{f"{name}{_FIRST}": f"{value}"[:1].upper() + f"{value}"[1:] for name, value in slots.items()},
        }
        variant = _BEGINS.sub(rf"\1{{\2{_FIRST}}}", variant)
    try:
        return variant.format(**given)
    except (KeyError, IndexError, ValueError) as e:
        missing = str(e).replace(_FIRST, "")
        plain = variant.replace(_FIRST, "")
        raise ContentError(f"The line {line_id!r} cannot be filled in: {plain!r} needs {missing}.", _MEND) from e


def slots_of(text: str) -> frozenset[str]:
    """Names of the {slots} in a line.

    Raises:
        ValueError: a brace is not closed, or a slot has no name.
    """
    names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    if any(not name.isidentifier() for name in names):
        raise ValueError("a slot without a plain name")
    return frozenset(names)
