"""A command with words lost or misheard in noise is read as the nearest whole sentence of the templates."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from .matcher import Matcher
from .slots import WILD, Slots
from .soundalike import alike
from .templates import Node

UNKNOWN = "[unk]"  # how a recogniser writes a word that it does not know
MOST = 2.5  # cost up to which a reading is looked for: about three words lost
LIMIT = 20_000  # steps of one search (some 60 ms): what is not near by then is not near
READINGS = 2  # the best one, and the next one that means something else
SMALLEST = 0.1  # nothing that is not the same costs less
RANK = 0.08  # cost of being the recogniser's second choice, and so on

Captures = tuple[tuple[str, str], ...]


class Repaired(NamedTuple):
    """A whole sentence, what it cost to make it of the words heard, and how much the next other meaning would cost."""

    words: tuple[str, ...]
    cost: float
    next_cost: float


@dataclass(eq=False)
class _Place:
    """A place in the word graph, or inside a slot: (word, where it leads, what is known then) for every way on."""

    ways: list[tuple[str, _Place, Captures]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)  # intents of sentences that may end here


class _Step(NamedTuple):
    cost: float
    left: int  # words not yet used: what is further is looked at first
    number: int  # no two steps are equal
    place: _Place
    captures: Captures
    said: tuple[str, ...]


class Repairer:
    """Finds the nearest sentences of a matcher's templates; those with free text in them are left out."""

    def __init__(self, matcher: Matcher, slots: Slots) -> None:
        self._matcher = matcher
        self._slots = slots
        self._start = matcher.grammar.start
        self._places: dict[int, tuple[Node, _Place]] = {}
        self._inside: dict[tuple[str, str, int], list[tuple[str, _Place, Captures]]] = {}

    def mend(self, heard: Sequence[tuple[str, float]], most: float = MOST) -> list[tuple[str, float]]:
        """Transcripts with confidences, best first, with the nearest whole sentence put before them.

        What is whole already stays as it was heard. What was mended is believed less, the more of it was made up.
        """
        several = [self._matcher.stripped(_split(text)) for text, _ in heard]
        found = self.best(several, most)
        if found is None or (found[0] == 0 and found[1].cost == 0.0):
            return list(heard)
        rank, reading = found
        sure = heard[rank][1] * max(0.0, 1.0 - reading.cost / (len(reading.words) + 1))
        return [(" ".join(reading.words), sure), *heard]

    def best(self, heard: Sequence[Sequence[str]], most: float = MOST) -> tuple[int, Repaired] | None:
        """The best reading of several transcripts, best first, and which of them it is of; None when none is near."""
        found: list[tuple[float, int, Repaired]] = []
        for rank, words in enumerate(heard):
            limit = min([most, *(cost for cost, _, _ in found)]) - RANK * rank
            if words and limit >= 0 and (reading := self.nearest(words, limit)) is not None:
                found.append((reading.cost + RANK * rank, rank, reading))
        _, rank, reading = min(found, default=(0.0, -1, None))
        return (rank, reading) if reading is not None else None

    def nearest(self, words: Sequence[str], most: float = MOST) -> Repaired | None:
        """The nearest sentence to the words (without apostrophes); None when it costs more than `most`."""
        readings: dict[tuple[str, Captures], Repaired] = {}
        for step in self._search(words, most):
            for intent in step.place.ends:
                readings.setdefault((intent, tuple(sorted(step.captures))), Repaired(step.said, step.cost, most))
            if len(readings) >= READINGS:
                break
        several = list(readings.values())
        if len(several) > 1:
            return several[0]._replace(next_cost=several[1].cost)
        return several[0] if several else None

    def _search(self, words: Sequence[str], most: float) -> Iterator[_Step]:
        """Whole sentences, nearest first."""
        count = itertools.count()
        heap = [_Step(0.0, len(words), 0, self._place(self._start), (), ())]
        seen: set[tuple[int, int, Captures]] = set()

        def go(cost: float, left: int, place: _Place, captures: Captures, said: tuple[str, ...]) -> None:
            if cost <= most:
                heapq.heappush(heap, _Step(cost, left, next(count), place, captures, said))

        while heap and len(seen) < LIMIT:
            cost, left, _, place, captures, said = step = heapq.heappop(heap)
            if (left, id(place), captures) in seen:
                continue
            seen.add((left, id(place), captures))
            word = words[len(words) - left] if left else ""
            if left:
                go(cost + weight(word), left - 1, place, captures, said)  # it was not said
            else:
                yield step
            for meant, on, captured in place.ways:
                if meant == word:
                    go(cost, left - 1, on, captures + captured, (*said, meant))
                    continue
                if cost + SMALLEST > most:
                    continue
                lost = cost + weight(meant)
                if lost <= most:  # it was not heard
                    go(lost, left, on, captures + captured, (*said, meant))
                if left and (changed := cost + change(word, meant)) <= most:
                    go(changed, left - 1, on, captures + captured, (*said, meant))

    def _place(self, node: Node) -> _Place:
        """The place of a node; its ways are worked out at the first visit of the places before it."""
        known = self._places.get(id(node))
        if known is not None:
            return known[1]
        place = _Place(ends=list(dict.fromkeys(a.intent for a in node.accepts)))
        self._places[id(node)] = (node, place)
        for word, several in node.words.items():
            place.ways += [(word, self._place(n), ()) for n in several]
        for source, slot, following in node.slots:
            if source not in WILD:
                place.ways += self._slot(source, slot, following)
        return place

    def _slot(self, source: str, slot: str, following: Node) -> list[tuple[str, _Place, Captures]]:
        key = (source, slot, id(following))
        if key not in self._inside:
            root = _Place()
            for value, said in self._said(source):
                _add(root, said, ((slot, value),), self._place(following))
            self._inside[key] = root.ways
        return self._inside[key]

    def _said(self, source: str) -> Iterator[tuple[str, list[str]]]:
        lists: Mapping[str, Sequence[str]] = self._slots.lists.get(source) or {}
        if not lists:  # numbers are no list: every way to say one means something else
            yield from ((way, _split(way)) for way in self._slots.said(source))
        for value, ways in lists.items():
            yield from ((value, _split(way)) for way in ways if way.replace("'", "").replace(" ", "").isalpha())


def _split(way: str) -> list[str]:
    return way.replace("'", "").split()


def _add(root: _Place, words: Sequence[str], captures: Captures, out: _Place) -> None:
    """A slot's phrase as a way from `root` to `out`; the beginnings of phrases are shared."""
    for word in words[:-1]:
        on = next((p for w, p, c in root.ways if w == word and not c), None)
        if on is None:
            on = _Place()
            root.ways.append((word, on, ()))
        root = on
    root.ways.append((words[-1], out, captures))


@lru_cache(maxsize=20_000)
def weight(word: str) -> float:
    """Cost of a word that was lost, or heard where none was: short ones come and go in noise."""
    return 0.5 if word == UNKNOWN else min(1.0, 0.15 + len(word) / 7)


@lru_cache(maxsize=20_000)
def change(heard: str, meant: str) -> float:
    """Cost of taking one word for another."""
    if heard == UNKNOWN:
        return 0.25 + 0.6 * weight(meant)
    score = alike((heard,), (meant,))
    return 0.1 + 1.6 * (1 - score) if score >= 0.4 else weight(heard) + weight(meant)
