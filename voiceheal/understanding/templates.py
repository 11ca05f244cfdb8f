"""Templates become one word graph; a sentence matches when a path through the graph spells all of its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..core.meaning import SlotValue
from ..errors import ContentError
from .notation import Choice, Part, Row, Rule, Run, Slot, read
from .slots import OPEN_ENDED, UNKEPT, WILD, Slots

Captures = tuple[tuple[str, SlotValue], ...]
Alike = Sequence[tuple[str, float]]  # words something may have been misheard for, with the cost of each


@dataclass(frozen=True)
class Accept:
    """What a finished path means: the intent, slots fixed by the template, and its place in the file."""

    intent: str
    slots: Captures
    order: int


@dataclass(eq=False)
class Node:
    """A place in the word graph."""

    words: dict[str, list[Node]] = field(default_factory=dict)
    slots: list[tuple[str, str, Node]] = field(default_factory=list)  # list, slot name, where it leads
    accepts: list[Accept] = field(default_factory=list)
    beyond: frozenset[tuple[str, bool]] | None = None  # (intent, has slots) of what a longer sentence may become


@dataclass(frozen=True)
class Match:
    """One reading of a sentence: words start..end are the command."""

    intent: str
    slots: Mapping[str, SlotValue]
    start: int
    end: int
    order: int
    loose: int  # how many words were taken by wildcards
    numeric_tail: bool  # ends in a number that may go on ("twenty" / "twenty five")
    cost: float = 0.0  # how far its words are from those heard; 0 when they are the same


class _Path(NamedTuple):
    captures: Captures
    start: int
    loose: int
    last_slot: str
    cost: float = 0.0


@dataclass(frozen=True)
class Template:
    """One parsed template."""

    tree: Part
    intent: str
    slots: Captures


class Grammar:
    """The word graph of many templates."""

    def __init__(self, rules: Mapping[str, str], slots: Slots) -> None:
        """Take the expansion rules (name -> template) and the slots that templates may use."""
        self._rules = {name: read(text) for name, text in rules.items()}
        self._slots = slots
        self.start = Node()
        self.templates: list[Template] = []
        self._openings: dict[Part, list[Node]] = {}  # parts that open a template -> where they lead
        self._prefixes: dict[tuple[Node, str], Node] = {}

    def add(self, text: str, intent: str, fixed: Mapping[str, SlotValue]) -> None:
        """Add one template.

        Raises:
            ContentError: it cannot be parsed, uses an unknown rule or slot, or may be empty.
        """
        template = Template(read(text), intent, tuple(fixed.items()))
        accept = Accept(intent, template.slots, len(self.templates))
        try:
            exits = self._grow(template.tree, [self.start], None)
        except KeyError as e:
            raise ContentError(f"The template {text!r} of {intent} uses the unknown rule or slot {e}.") from e
        if self.start in exits:
            raise ContentError(f"The template {text!r} of {intent} matches an empty sentence.")
        for node in exits:
            node.accepts.append(accept)
        self.templates.append(template)

    def rule(self, name: str) -> Part:
        """The parsed expansion rule `name`."""
        return self._rules[name]

    def references(self, part: Part) -> Iterator[Slot]:
        """Every slot the tree may use."""
        match part:
            case Slot():
                yield part
            case Rule(name):
                yield from self.references(self._rules[name])
            case Row(parts) | Choice(parts):
                for inner in parts:
                    yield from self.references(inner)

    def _grow(self, part: Part, ins: list[Node], target: Node | None) -> list[Node]:
        """Append `part` behind the nodes `ins`; words and slots that end it lead to `target` where one is given."""
        match part:
            case Run(words):
                return self._grow_words(words, ins, target)
            case Row(parts):
                for n, inner in enumerate(parts, 1):
                    grow = self._grow_opening if ins == [self.start] and n < len(parts) else self._grow
                    ins = grow(inner, ins, target if n == len(parts) else None)
                return ins
            case Choice(parts, optional):
                join = target or Node()
                outs = dict.fromkeys(n for inner in parts for n in self._grow(inner, ins, join))
                if optional:
                    outs.update(dict.fromkeys(ins))
                return list(outs)
            case Rule(name):
                return self._grow(self._rules[name], ins, target)
            case Slot(source, name):
                return self._grow_slot(source, name, ins, target or Node())

    def _grow_opening(self, part: Part, ins: list[Node], target: Node | None) -> list[Node]:
        """Many templates begin with the same words: they share the nodes of these."""
        if part not in self._openings:
            self._openings[part] = self._grow(part, ins, target)
        return self._openings[part]

    def _grow_words(self, words: Sequence[str], ins: list[Node], target: Node | None) -> list[Node]:
        for n, word in enumerate(words, 1):
            last = n == len(words)
            if not last and len(ins) == 1:  # inner words of runs from one place share their nodes
                key = (ins[0], word)
                if key not in self._prefixes:
                    self._prefixes[key] = Node()
                    ins[0].words.setdefault(word, []).append(self._prefixes[key])
                ins = [self._prefixes[key]]
                continue
            out = target if target is not None and last else Node()
            for node in ins:
                node.words.setdefault(word, []).append(out)
            ins = [out]
        return ins

    def _grow_slot(self, source: str, name: str, ins: list[Node], out: Node) -> list[Node]:
        if not self._slots.known(source):
            raise KeyError(source)
        for node in ins:
            node.slots.append((source, name, out))
        return [out]

    def vocabulary(self) -> set[str]:
        """Every word the templates and rules spell out, as it is written."""
        found: set[str] = set()
        stack: list[Part] = [*self._rules.values(), *(t.tree for t in self.templates)]
        while stack:
            match stack.pop():
                case Run(_, said):
                    found.update(said.split())
                case Row(parts) | Choice(parts):
                    stack.extend(parts)
        return found

    def walk(
        self, words: Sequence[str], starts: Iterable[int], alike: Sequence[Alike] | None = None, most: float = 0.0
    ) -> list[dict[Node, _Path]]:
        """The chart: for every place between words the nodes reached there. Earlier `starts` are preferred.

        Args:
            words: the sentence.
            starts: places where a template may begin.
            alike: for each word other words it may have been misheard for, each with its cost.
            most: no path may cost more.
        """
        chart: list[dict[Node, _Path]] = [{} for _ in range(len(words) + 1)]
        begin = {start: _Path((), start, 0, "") for start in starts}
        seen: dict[tuple[str, int], list[tuple[int, SlotValue]]] = {}
        for at in range(len(words)):
            nodes = list(chart[at].items())
            if at in begin:
                nodes.append((self.start, begin[at]))
            for node, path in nodes:
                for following in node.words.get(words[at], ()):
                    _reach(chart[at + 1], following, _Path(path.captures, path.start, path.loose, "", path.cost))
                for word, cost in alike[at] if alike and node.words else ():
                    if path.cost + cost <= most:
                        changed = _Path(path.captures, path.start, path.loose, "", path.cost + cost)
                        for following in node.words.get(word, ()):
                            _reach(chart[at + 1], following, changed)
                for name, slot, following in node.slots:
                    if (name, at) not in seen:
                        seen[name, at] = self._slots.at(name, words, at)
                    for end, value in seen[name, at]:
                        kept = path.captures if name in UNKEPT else (*path.captures, (slot, value))
                        loose = path.loose + (end - at if name in WILD else 0)
                        _reach(chart[end], following, _Path(kept, path.start, loose, name, path.cost))
        return chart

    def match(
        self,
        words: Sequence[str],
        starts: Iterable[int],
        ends: Iterable[int],
        alike: Sequence[Alike] | None = None,
        most: float = 0.0,
    ) -> list[Match]:
        """Readings of words[start:end], best first: nearest, least stripped, least wildcard, first in the files."""
        chart = self.walk(words, starts, alike, most)
        found = [m for end in ends for node, path in chart[end].items() for m in _matches(node, path, end)]
        size = len(words)
        return sorted(found, key=lambda m: (m.cost, m.start + size - m.end, m.loose, m.order))


def _reach(column: dict[Node, _Path], node: Node, path: _Path) -> None:
    old = column.get(node)
    if old is None or (path.cost, path.start, path.loose) < (old.cost, old.start, old.loose):
        column[node] = path


def _matches(node: Node, path: _Path, end: int) -> Iterator[Match]:
    for accept in node.accepts:
        slots = {**dict(accept.slots), **dict(path.captures)}
        numeric = path.last_slot in OPEN_ENDED
        yield Match(accept.intent, slots, path.start, end, accept.order, path.loose, numeric, path.cost)


def beyond(node: Node) -> frozenset[tuple[str, bool]]:
    """What sentences that go on from this node may mean: (intent, with slots)."""
    if node.beyond is None:
        found: set[tuple[str, bool]] = set()
        edges = [(n, False) for nodes in node.words.values() for n in nodes]
        edges += [(n, name not in UNKEPT) for name, _, n in node.slots]
        for following, slotted in edges:
            here = {(a.intent, bool(a.slots)) for a in following.accepts} | beyond(following)
            found |= {(intent, slots or slotted) for intent, slots in here}
        node.beyond = frozenset(found)
    return node.beyond
