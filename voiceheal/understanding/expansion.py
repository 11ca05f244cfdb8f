"""Templates spoken out: sentences drawn from them, for the recogniser's grammar and for the sound-alike match."""

from __future__ import annotations

import random

from .notation import Choice, Part, Row, Rule, Run, Slot
from .slots import MASKED, Slots
from .templates import Grammar, Template

MAX_TRIES = 4  # draws per wanted sentence
OPTIONAL_LEFT_OUT = 0.6  # people leave out more than they add


class Expander:
    """Draws sentences from templates; the same seed gives the same sentences."""

    def __init__(self, grammar: Grammar, slots: Slots, *, masked: bool = False) -> None:
        """With `masked`, numbers become the placeholder instead of words."""
        self._grammar = grammar
        self._slots = slots
        self._masked = masked

    def draw(self, template: Template, wanted: int, seed: int = 0) -> list[str]:
        """Up to `wanted` different sentences of the template, the shortest first."""
        rng = random.Random(seed)
        found = dict.fromkeys([self._say(template.tree, None)])
        for _ in range(wanted * MAX_TRIES):
            if len(found) >= wanted:
                break
            found[self._say(template.tree, rng)] = None
        return [s for s in found if s]

    def _say(self, part: Part, rng: random.Random | None) -> str:
        """One sentence; without a generator the first choice everywhere and no optional parts."""
        return " ".join(self._parts(part, rng).split())

    def _parts(self, part: Part, rng: random.Random | None) -> str:
        match part:
            case Run(_, said):
                return said
            case Row(parts):
                return " ".join(self._parts(inner, rng) for inner in parts)
            case Choice(parts, optional):
                return self._choose(parts, optional, rng)
            case Rule(name):
                return self._parts(self._grammar.rule(name), rng)
            case Slot(source):
                return self._slot(source, rng)

    def _choose(self, parts: tuple[Part, ...], optional: bool, rng: random.Random | None) -> str:
        if rng is None:
            return "" if optional else self._parts(parts[0], None)
        if optional and rng.random() < OPTIONAL_LEFT_OUT:
            return ""
        return self._parts(rng.choice(parts), rng)

    def _slot(self, name: str, rng: random.Random | None) -> str:
        if self._masked and name in MASKED:
            return MASKED[name]
        ways = self._slots.said(name)
        if not ways:
            return ""
        return rng.choice(ways) if rng is not None else ways[0]
