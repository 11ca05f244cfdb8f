"""Every slot of a template is read here: a name and a place in a sentence give the values that stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.meaning import SlotValue
from .numbers import Numbers, Phrases, plain_number

Found = tuple[int, SlotValue]  # end (exclusive), value
GAP = "any"  # up to MAX_GAP words of any kind, not kept
REST = "rest"  # any words, not kept
TEXT = "text"  # any words, kept
UNKEPT = (GAP, REST)
WILD = (GAP, REST, TEXT)
MAX_GAP = 5
MAX_WILD = 60
NUMERIC = ("minutes", "cycles", "percent", "rating", "count")
OPEN_ENDED = ("percent", "rating", "count")  # no unit closes them: more number words may follow
PLACEHOLDER = "#"  # stands for a number, a duration or so many breaths in phrases that are compared by sound
MASKED = dict.fromkeys(NUMERIC, PLACEHOLDER)


class Slots:
    """The slots of one pack: numbers, wildcards and the pack's own lists."""

    def __init__(self, lists: Mapping[str, Mapping[str, Sequence[str]]], language: str) -> None:
        """Take all lists of the pack and its language."""
        self.numbers = Numbers(lists, language)
        self.lists = lists
        self._phrases = {name: Phrases(values) for name, values in lists.items()}
        self._whole = {name for name, values in lists.items() if all(v.isdigit() for v in values)}

    def known(self, name: str) -> bool:
        """Whether templates may use this slot."""
        return name in (*WILD, *NUMERIC) or name in self._phrases

    def at(self, name: str, words: Sequence[str], start: int) -> list[Found]:
        """Values of slot `name` that stand at `start`, longest first."""
        size = len(words)
        match name:
            case "text" | "rest":
                return [(end, " ".join(words[start:end])) for end in range(min(size, start + MAX_WILD), start, -1)]
            case "any":
                return [(end, "") for end in range(start + 1, min(start + MAX_GAP, size) + 1)]
            case "minutes":
                spans = self.numbers.minutes(words, start)
            case "cycles":
                spans = self.numbers.cycles(words, start)
            case "count":
                spans = self.numbers.count(words, start)
            case "percent":
                spans = self.numbers.percent(words, start)
            case "rating":
                spans = self.numbers.rating(words, start)
            case _:
                found = self._phrases[name].at(words, start)
                return [(e, int(v)) for e, v in found] if name in self._whole else list(found)
        return [(end, plain_number(value)) for end, value in spans]

    def find(self, name: str, words: Sequence[str]) -> SlotValue | None:
        """The first value of slot `name` anywhere in the sentence, or None."""
        for start in range(len(words)):
            found = self.at(name, words, start)
            if found:
                return found[0][1]
        return None

    def said(self, name: str) -> list[str]:
        """Ways the slot is said, for phrases and grammars: the pack's list `<name>_said` or the list itself."""
        spoken = self.lists.get(f"{name}_said") or self.lists.get(name, {})
        return [way for ways in spoken.values() for way in ways if not any(c.isdigit() for c in way)]

    def masked(self, words: Sequence[str]) -> list[tuple[str, list[str]]]:
        """The words with every number replaced by the placeholder; each with the words it stands for."""
        out: list[tuple[str, list[str]]] = []
        at = 0
        while at < len(words):
            read = self.numbers
            spans = read.minutes(words, at) or read.cycles(words, at) or read.number(words, at)
            end = spans[0][0] if spans else at + 1
            out.append((PLACEHOLDER if spans else words[at], list(words[at:end])))
            at = end
        return out
