"""Numbers and durations are found as spans of words: from here to there, with a value. Words come from content."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from text_to_num import text2num

from .normalise import normalise, tokens

Words = tuple[str, ...]
Span = tuple[int, float]  # end (exclusive), value
MAX_NUMBER_WORDS = 6
MAX_RATING = 10
MAX_PERCENT = 100
MAX_MINUTES = 24 * 60
MAX_KNOWN = 20_000  # words remembered as number or none
MAX_BETWEEN = 4  # phrases between a number and its unit ("ten of those slow breaths")


class Phrases:
    """Fixed phrases with a value, found at a place in a sentence."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        """Take value -> spoken ways, as in a pack's lists."""
        self._by_first: dict[str, list[tuple[Words, str]]] = {}
        for value, ways in values.items():
            for way in ways:
                words = tuple(tokens(normalise(way)))
                if words:
                    self._by_first.setdefault(words[0], []).append((words, value))
        for ways_here in self._by_first.values():
            ways_here.sort(key=lambda w: -len(w[0]))

    def at(self, words: Sequence[str], start: int) -> list[tuple[int, str]]:
        """(end, value) of every phrase that stands at `start`, longest first."""
        if start >= len(words):
            return []
        return [
            (start + len(way), value)
            for way, value in self._by_first.get(words[start], ())
            if tuple(words[start : start + len(way)]) == way
        ]

    def words(self) -> set[str]:
        """Every word of every phrase."""
        return {w for ways in self._by_first.values() for way, _ in ways for w in way}


@dataclass(frozen=True)
class NumberLists:
    """Names of the pack's lists that hold number words."""

    numbers: str = "number_words"  # 12 -> "a dozen"
    articles: str = "article_numbers"  # 1 -> "a", before a unit only
    fractions: str = "fraction_words"  # 0.5 -> "and a half"
    parts: str = "part_words"  # 0.5 -> "half a", before a unit
    units: str = "duration_units"  # 1 -> "minute", 60 -> "hour"
    durations: str = "duration_words"  # 30 -> "half an hour"
    cycles: str = "cycle_units"  # 1 -> "breaths"
    percents: str = "percent_words"  # 50 -> "half"
    points: str = "point_words"  # "point"
    before_minutes: str = "duration_between"  # "five OR SO minutes"
    before_cycles: str = "cycle_between"  # "three OF THOSE BIG breaths"


class Numbers:
    """Reads numbers, durations, percents and ratings at a place in a sentence."""

    def __init__(self, lists: Mapping[str, Mapping[str, Sequence[str]]], language: str) -> None:
        """Take the pack's lists and its language (for text2num)."""
        names = NumberLists()
        self._language = language
        self._known: dict[str, bool] = {}
        self._numbers = Phrases(lists.get(names.numbers, {}))
        self._articles = Phrases(lists.get(names.articles, {}))
        self._fractions = Phrases(lists.get(names.fractions, {}))
        self._parts = Phrases(lists.get(names.parts, {}))
        self._units = Phrases(lists.get(names.units, {}))
        self._durations = Phrases(lists.get(names.durations, {}))
        self._cycles = Phrases(lists.get(names.cycles, {}))
        self._percents = Phrases(lists.get(names.percents, {}))
        self._points = Phrases(lists.get(names.points, {}))
        self._before_minutes = Phrases(lists.get(names.before_minutes, {}))
        self._before_cycles = Phrases(lists.get(names.before_cycles, {}))

    def number(self, words: Sequence[str], start: int) -> list[Span]:
        """Plain numbers at `start`, longest first; "two and a half" and "one point five" are numbers too."""
        found: dict[int, float] = {}
        longest = (
            min(start + MAX_NUMBER_WORDS, len(words)) if start < len(words) and self._begins(words[start]) else start
        )
        for end in range(longest, start, -1):
            value = self._plain(words[start:end])
            if value is not None and math.isfinite(value):  # a thousand digits in a row are no number
                found[end] = value
                break
        for end, text in self._numbers.at(words, start):
            found.setdefault(end, float(text))
        for end, value in list(found.items()):
            for longer, text in self._fractions.at(words, end):
                found[longer] = value + float(text)
            for after_point, _ in self._points.at(words, end):
                digits = self._plain(words[after_point : after_point + 1])
                if digits is not None and digits <= 9:
                    found[after_point + 1] = value + digits / 10
        return sorted(found.items(), reverse=True)

    def minutes(self, words: Sequence[str], start: int) -> list[Span]:
        """Durations at `start` in minutes, longest first: fixed phrases, or a number with its unit."""
        found = {end: float(text) for end, text in self._durations.at(words, start)}
        for end, value in self._sum(words, start):
            found.setdefault(end, value)
        return sorted(((e, v) for e, v in found.items() if 0 < v <= MAX_MINUTES), reverse=True)

    def percent(self, words: Sequence[str], start: int) -> list[Span]:
        """0..100 at `start`, the word for percent being optional in templates."""
        found = {end: float(text) for end, text in self._percents.at(words, start)}
        found.update((e, v) for e, v in self.number(words, start) if 0 <= v <= MAX_PERCENT and v == int(v))
        digits = [self._plain(words[n : n + 1]) for n in (start, start + 1)]
        if all(d is not None and d <= 9 for d in digits) and digits[0]:  # "two five"
            found.setdefault(start + 2, 10 * (digits[0] or 0) + (digits[1] or 0))
        return sorted(found.items(), reverse=True)

    def rating(self, words: Sequence[str], start: int) -> list[Span]:
        """0..10 at `start`."""
        return [(e, v) for e, v in self.number(words, start) if 0 <= v <= MAX_RATING]

    def count(self, words: Sequence[str], start: int) -> list[Span]:
        """Whole numbers from 1 at `start`."""
        return [(e, v) for e, v in self.number(words, start) if v >= 1 and v == int(v)]

    def cycles(self, words: Sequence[str], start: int) -> list[Span]:
        """So many breaths at `start`: a whole number with its unit, longest first."""
        found = {
            end: value * float(unit)
            for number, value in self.count(words, start)
            for middle in _over(self._before_cycles, words, number)
            for end, unit in self._cycles.at(words, middle)
        }
        return sorted(found.items(), reverse=True)

    def _sum(self, words: Sequence[str], start: int) -> list[Span]:
        """Number + unit [+ fraction] [+ a second such pair, "one minute thirty seconds"]."""
        found: dict[int, float] = {}
        for end, value, unit in self._one(words, start):
            found.setdefault(end, value)
            for more, text in self._fractions.at(words, end):  # "an hour and a half": half of the unit just named
                found.setdefault(more, value + float(text) * unit)
        for end, value in list(found.items()):
            for end2, value2, _ in self._one(words, end) or self._one(words, end + 1):
                if value2 < value:
                    found.setdefault(end2, value + value2)
        return list(found.items())

    def _one(self, words: Sequence[str], start: int) -> list[tuple[int, float, float]]:
        """(end, minutes, minutes of the unit) of a number with its unit."""
        if start >= len(words):
            return []
        counts = [*self.number(words, start)]
        counts += [(end, float(text)) for end, text in self._articles.at(words, start)]
        counts += [(end, float(text)) for end, text in self._parts.at(words, start)]
        return [
            (end, _tidy(value * float(unit)), float(unit))
            for number, value in counts
            for middle in _over(self._before_minutes, words, number)
            for end, unit in self._units.at(words, middle)
        ]

    def _begins(self, word: str) -> bool:
        """Whether a number may begin with this word: what begins with another is none."""
        known = self._known.get(word)
        if known is None:
            known = self._plain([word]) is not None
            if len(self._known) < MAX_KNOWN:
                self._known[word] = known
        return known

    def _plain(self, words: Sequence[str]) -> float | None:
        if not words:
            return None
        if len(words) == 1 and words[0][0].isdigit():
            try:
                return float(words[0])
            except ValueError:  # digits of other scripts
                return None
        if any(w[0].isdigit() for w in words):
            return None
        try:
            return float(text2num(" ".join(words), self._language))
        except ValueError:
            return None


def _over(phrases: Phrases, words: Sequence[str], start: int) -> list[int]:
    """Places that are reached from `start` over at most `MAX_BETWEEN` of the phrases; `start` itself comes first."""
    places = [start]
    frontier = [start]
    for _ in range(MAX_BETWEEN):
        frontier = [end for place in frontier for end, _ in phrases.at(words, place) if end not in places]
        places += frontier
    return places


def _tidy(value: float) -> float:
    return round(value, 3)


def plain_number(value: float) -> int | float:
    """An int where it is whole."""
    return int(value) if value == int(value) else round(value, 2)
