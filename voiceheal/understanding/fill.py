"""Slots are found anywhere in a sentence whose intent is known: templates vote for values; words to keep are cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..core.meaning import SlotValue
from ..errors import ContentError
from .carried import Carried
from .matcher import Words
from .normalise import tokens
from .slots import Slots
from .templates import Grammar

PREFIX = "find."  # of the word lists that hold templates: find.<intent>[+<intent>].<slot>.<weight>[.<value>]
VALUE = "value"  # a template without a value in its key keeps it as {list:value}
ENOUGH = 20  # weight below which nothing is set
MAX_WORDS = 80
KEPT = ("add_affirmation", "text")  # the intent and the slot whose words are cut out of the sentence
WHOLE = ("number", "percent", "rating", "cycles")  # slots that are whole numbers; halves go up
_KEY = re.compile(r"find\.([^.]+)\.([^.]+)\.(\d+)(?:\.(\w+))?")
_RULE = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class _Vote:
    """A template found: words start..end speak for `value`; `kept` when the value was said and not filed."""

    start: int
    end: int
    value: SlotValue | None
    weight: float
    kept: bool
    loose: int

    def inside(self, other: _Vote) -> bool:
        """Whether the other covers these words and more."""
        return other.start <= self.start and self.end <= other.end

    def meets(self, other: _Vote) -> bool:
        """Whether they share a word."""
        return self.start < other.end and other.start < self.end

    def gone(self, used: _Vote) -> bool:
        """Whether another slot has taken these words; of a number its first word is enough."""
        begun = self.kept and used.start <= self.start < used.end
        return self.inside(used) or begun or (self.kept and used.kept and self.meets(used))

    def size(self) -> int:
        """Words covered."""
        return self.end - self.start


class _Finder:
    """The templates of one slot of one intent."""

    def __init__(self, slot: str, rules: Mapping[str, str], slots: Slots) -> None:
        self.slot = slot
        self._grammar = Grammar(rules, slots)
        self._filed: list[tuple[str | None, float]] = []

    def add(self, templates: Iterable[str], value: str | None, weight: float) -> None:
        """File templates under a value (None: said in the template) and a weight (0: something else is meant)."""
        for template in templates:
            self._grammar.add(template, str(len(self._filed)), {})
        self._filed.append((value, weight))

    def votes(self, words: Sequence[str]) -> list[_Vote]:
        """Everything that is found, the least loose reading of each place."""
        size = len(words)
        found: dict[tuple[int, int, SlotValue | None, float], _Vote] = {}
        for match in self._grammar.match(words, range(size), range(1, size + 1)):
            filed, weight = self._filed[int(match.intent)]
            value = match.slots.get(VALUE) if filed is None else filed
            vote = _Vote(match.start, match.end, value, weight, filed is None, match.loose)
            found.setdefault((match.start, match.end, value, weight), vote)
        return list(found.values())

    def best(self, words: Sequence[str], used: Sequence[_Vote]) -> tuple[SlotValue | None, list[_Vote]]:
        """The value with most weight and what speaks for it; None when that is not enough.

        Args:
            words: the sentence. used: what other slots have taken.
        """
        votes = self.votes(words)
        others = [v for v in votes if v.weight == 0]
        votes = [v for v in votes if v.weight and not any(v.inside(o) for o in others)]
        votes = [v for v in votes if not any(v.gone(u) for u in used)]
        votes = [v for v in votes if not any(v.inside(o) and _above(o, v) for o in votes)]
        by_value: dict[SlotValue | None, list[_Vote]] = {}
        for vote in votes:
            by_value.setdefault(vote.value, []).append(vote)
        if not by_value:
            return None, []
        value = max(by_value, key=lambda v: _rank(by_value[v]))
        return (value, by_value[value]) if _weight(by_value[value]) >= ENOUGH else (None, [])


class Filler:
    """Reads the slots of an intent out of a free sentence."""

    def __init__(self, words: Words, language: str, slots: Slots | None = None) -> None:
        """Build the word graphs of every slot.

        Args:
            words: the merged template files of a pack. language: "en", for numbers.
            slots: of the same pack, when they were built already.

        Raises:
            ContentError: a key or a template of `words` cannot be read.
        """
        slots = slots or Slots(words.lists, language)
        self._finders: dict[str, dict[str, _Finder]] = {}
        filed: dict[tuple[str, str], list[tuple[Sequence[str], str | None, float]]] = {}
        for key, templates in words.words.items():
            if key.startswith(PREFIX):
                intents, slot, weight, value = _read_key(key)
                for intent in intents:
                    filed.setdefault((intent, slot), []).append((templates, value, weight))
        for (intent, slot), several in filed.items():
            rules = _used_rules((t for templates, _, _ in several for t in templates), words.rules)
            finder = _Finder(slot, rules, slots)
            for templates, value, weight in several:
                finder.add(templates, value, weight)
            self._finders.setdefault(intent, {})[slot] = finder
        self._carried = Carried(words.words, words.rules)
        self._hesitations = frozenset(words.words.get("hesitation", ()))

    def settle(self, intent: str, text: str, given: Mapping[str, SlotValue]) -> dict[str, SlotValue]:
        """The slots of a sentence that a template fits: what it gave and what it left; words to keep are cut out."""
        found = self.fill(intent, text)
        if intent == KEPT[0] and found:
            return found
        return {**found, **{slot: _typed(slot, value) for slot, value in given.items()}}

    def fill(self, intent: str, text: str) -> dict[str, SlotValue]:
        """The slots of `intent` that are stated in `text` (normalised; apostrophes may be there)."""
        finders = self._finders.get(intent, {})
        if not finders and intent != KEPT[0]:
            return {}
        said = [w for w in text.split() if w not in self._hesitations][:MAX_WORDS]
        words = tokens(" ".join(said))
        if intent == KEPT[0]:
            span = self._carried.span(words)
            return {KEPT[1]: " ".join(said[span[0] : span[1]])} if span is not None else {}
        found: dict[str, SlotValue] = {}
        used: list[_Vote] = []
        for slot, finder in finders.items():
            value, votes = finder.best(words, used)
            if value is not None:
                found[slot] = _typed(slot, value)
                used += votes
        return found


def _above(other: _Vote, vote: _Vote) -> bool:
    return other.size() > vote.size() or other.weight > vote.weight


def _weight(votes: Sequence[_Vote]) -> float:
    return sum(v.weight for v in votes)


def _rank(votes: Sequence[_Vote]) -> tuple[float, float]:
    """Most weight; of equals the number said last (people correct themselves), the topic said first."""
    last = votes[-1].kept
    place = max(v.end for v in votes) if last else -min(v.start for v in votes)
    return _weight(votes), place


def _read_key(key: str) -> tuple[list[str], str, float, str | None]:
    found = _KEY.fullmatch(key)
    if found is None:
        raise ContentError(f"The word list {key!r} is not of the form find.<intent>.<slot>.<weight>[.<value>].")
    intents, slot, weight, value = found.groups()
    return intents.split("+"), slot, int(weight), value


def _used_rules(templates: Iterable[str], rules: Mapping[str, str]) -> dict[str, str]:
    """The rules that the templates use, and those that these use."""
    used: dict[str, str] = {}
    names = [name for t in templates for name in _RULE.findall(t)]
    while names:
        name = names.pop()
        if name in rules and name not in used:
            used[name] = rules[name]
            names += _RULE.findall(rules[name])
    return used


def _typed(slot: str, value: SlotValue) -> SlotValue:
    return int(float(value) + 0.5) if slot in WHOLE and not isinstance(value, int) else value
