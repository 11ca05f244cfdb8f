"""Phrases of a content pack are found anywhere in a sentence, word by word; no English lives here.

Templates are written in the notation of the intents: `[optional]`, `(a|b)`, `<rule>`; and here also `_` for any one
word and `__` for up to three words of any kind. A group stands for whole words ("(cry|crying)", not "cry(ing|)").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from hassil.expression import Alternative, Expression, Group, RuleReference, TextChunk
from hassil.expression import Sequence as Words
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from ..errors import ContentError

V = TypeVar("V")

ANY = "_"
GAP = "__"
GAP_WORDS = 3
MAX_RULE_DEPTH = 16
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?|_+")


class Spelling:
    """Makes one way of writing out of several: lower case, no punctuation, `spellings` replaced.

    Args:
        spellings: as heard -> as the templates write it, both one or more words ("don't" -> "do not",
            "my self" -> "myself"). A key matches with and without its apostrophe if it is also listed without.
    """

    def __init__(self, spellings: Mapping[str, str]) -> None:
        self._table = {tuple(_split(k)): tuple(_split(v)) for k, v in spellings.items()}
        self._longest = max((len(k) for k in self._table), default=0)
        self._firsts = {k[0] for k in self._table}

    def words(self, text: str) -> list[str]:
        """The words of `text`, spelled one way."""
        heard = _split(text)
        out: list[str] = []
        i = 0
        while i < len(heard):
            taken = 0
            if heard[i] in self._firsts:
                for n in range(min(self._longest, len(heard) - i), 0, -1):
                    new = self._table.get(tuple(heard[i : i + n]))
                    if new is not None:
                        out.extend(new)
                        taken = n
                        break
            if not taken:
                out.append(heard[i])
                taken = 1
            i += taken
        return [w.replace("'", "") for w in out]


def _split(text: str) -> list[str]:
    return _TOKEN.findall(text.lower().replace("\u2019", "'").replace("\u2018", "'"))


@dataclass(frozen=True, slots=True)
class Hit(Generic[V]):
    """A phrase found: words `start` up to but without `end`, and what was filed under it."""

    start: int
    end: int
    value: V


class _Next:
    """What may come at one place: the words, and whether a phrase may end here."""

    __slots__ = ("_by_word", "ends", "nodes")

    def __init__(self, nodes: tuple[_Node, ...], ends: bool) -> None:
        self.nodes = nodes
        self.ends = ends
        self._by_word: dict[str, list[_Next]] | None = None

    def after(self, word: str) -> list[_Next]:
        """Where `word` leads from here."""
        if self._by_word is None:  # most places are never reached
            self._by_word = {}
            for node in self.nodes:
                self._by_word.setdefault(node.word, []).append(node.then)
        found = self._by_word.get(word, [])
        return [*found, *self._by_word[ANY]] if ANY in self._by_word else found


@dataclass(slots=True, eq=False, frozen=True)
class _Node:
    """One word of a template and what may come after it."""

    word: str
    then: _Next


class PhraseFinder(Generic[V]):
    """Finds the longest phrase of each value at each place.

    Args:
        phrases: pairs of template and value.
        rules: named parts of templates.
        spelling: the spelling the sentences are in; templates are brought into it.

    Raises:
        ContentError: a template cannot be read; it is quoted.
    """

    def __init__(self, phrases: Iterable[tuple[str, V]], rules: Mapping[str, str], spelling: Spelling) -> None:
        self._spelling = spelling
        self._rules = {name: _parse(body) for name, body in rules.items()}
        self._first: dict[str, list[tuple[_Node, V]]] = {}
        self._any: list[tuple[_Node, V]] = []
        for template, value in phrases:
            way = self._way(_parse(template), _Next((), True), 0, template)
            if way.ends:
                raise ContentError(f"The phrase {template!r} may be empty, so it would match everywhere.")
            for node in way.nodes:
                if node.word == ANY:
                    self._any.append((node, value))
                else:
                    self._first.setdefault(node.word, []).append((node, value))

    def find(self, words: Sequence[str]) -> list[Hit[V]]:
        """Hits in the order of their starts; several may overlap."""
        hits: list[Hit[V]] = []
        for start in range(len(words)):
            ends: dict[V, int] = {}
            for node, value in self._begin(words[start]):
                here = _ends(node, words, start)
                if here and here[-1] > ends.get(value, 0):
                    ends[value] = here[-1]
            hits.extend(Hit(start, end, value) for value, end in ends.items())
        return hits

    def spans(self, words: Sequence[str]) -> set[tuple[int, int, V]]:
        """Every reading, not only the longest: (start, end, value)."""
        return {
            (start, end, value)
            for start, word in enumerate(words)
            for node, value in self._begin(word)
            for end in _ends(node, words, start)
        }

    def _begin(self, word: str) -> list[tuple[_Node, V]]:
        begin = self._first.get(word, [])
        return [*begin, *self._any] if self._any else begin

    def _way(self, part: Expression, then: _Next, depth: int, template: str) -> _Next:
        match part:
            case TextChunk():
                for word in reversed(self._spelling.words(part.text)):
                    then = _before(word, then)
                return then
            case RuleReference():
                rule = self._rules.get(part.rule_name)
                if rule is None or depth > MAX_RULE_DEPTH:
                    raise ContentError(f"The phrase {template!r} uses <{part.rule_name}>, which is no usable rule.")
                return self._way(rule, then, depth + 1, template)
            case Alternative():
                ways = [self._way(item, then, depth, template) for item in part.items]
                return _Next(tuple({n: None for way in ways for n in way.nodes}), any(way.ends for way in ways))
            case Words():
                for item in reversed(part.items):
                    then = self._way(item, then, depth, template)
                return then
        raise ContentError(f"The phrase {template!r} uses a notation that is not known here.")


def _parse(template: str) -> Group:
    try:
        expression = parse_sentence(template).expression
    except ParseError as e:
        raise ContentError(f"The phrase {template!r} cannot be read: a bracket is probably not closed.") from e
    if not isinstance(expression, Group):
        raise ContentError(f"The phrase {template!r} cannot be read.")
    return expression


def _before(word: str, then: _Next) -> _Next:
    """The place before `word`, from where it goes on as `then`."""
    if word != GAP:
        return _Next((_Node(word, then),), False)
    way = then
    for _ in range(GAP_WORDS):
        way = _Next((_Node(ANY, way), *then.nodes), then.ends)
    return way


def _ends(first: _Node, words: Sequence[str], start: int) -> list[int]:
    """Where the phrases from `first` at `start` may end, the longest last."""
    ends = [start + 1] if first.then.ends else []
    active = [first.then]
    for i in range(start + 1, len(words)):
        active = [then for place in active for then in place.after(words[i])]
        if len(active) > 1:
            active = list(dict.fromkeys(active))
        if not active:
            break
        if any(place.ends for place in active):
            ends.append(i + 1)
    return ends
