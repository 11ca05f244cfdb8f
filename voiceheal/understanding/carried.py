"""Words to keep are what is left of a sentence when the words that carry them are taken off both of its ends.

"add this to my list | one day at a time", "one day at a time | add it please". A carrier is a chain of pieces from the
pack (`carry.<piece>`); which piece may follow which is the grammar below. No English lives here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .phrasefinder import PhraseFinder, Spelling

PREFIX = "carry."
START = ""
ASK = "ask"  # "can you", "i want to": says nothing by itself
KEEP = "keep"  # "add", "write down"
SAY = "say"  # "tell me", "remind me"
FILE = "file"  # "add it": a verb with what it keeps, that may come after the words or after what they are called
IT = "it"  # "this", "those words": what is kept or said
LINE = "line"  # "a new affirmation", "my nan's saying"
OWN = "own"  # "i wrote this morning"
PLACE = "place"  # "to my list", "in with the others"
USE = "use"  # "for later", "to read back to me"
WHEN = "when"  # "from now on", "every morning"
LINK = "link"  # "it goes", "that says"
CHOSEN = "chosen"  # "i want", of what the words are called: only with an "is" behind it
EQUALS = "equals"  # "is": between what the words are called and the words
SOFT = "soft"  # "please", "mate"
CLOSE = "close"  # "is my new mantra": only behind the words that are kept
WHO = "who"  # "my nan used to say": before words that a carrier follows
BYE = "bye"  # "thanks": only at the very end
PAL = "pal"  # "mate": there, too, but behind a carrier only
FRONT: Mapping[str, tuple[str, ...]] = {
    ASK: (START, ASK, SOFT),
    KEEP: (START, ASK, SOFT),
    SAY: (START, ASK, SOFT),
    FILE: (LINE, LINK, OWN),
    IT: (KEEP, SAY),
    LINE: (START, ASK, SOFT, KEEP, IT),
    OWN: (IT, LINE, PLACE),
    PLACE: (KEEP, FILE, IT, LINE, OWN, USE, SOFT),
    USE: (KEEP, FILE, IT, LINE, OWN, PLACE, USE, SAY, SOFT),
    WHEN: (START, SAY, IT, USE, SOFT),
    LINK: (KEEP, FILE, IT, LINE, OWN, PLACE, USE, WHEN, SOFT),
    CHOSEN: (LINE,),
    EQUALS: (LINE, OWN, CHOSEN, PLACE, USE),
    SOFT: (START, ASK, KEEP, FILE, SAY, IT, LINE, OWN, PLACE, USE, WHEN, LINK, EQUALS),
}
BACK: Mapping[str, tuple[str, ...]] = {
    ASK: (START, ASK, SOFT),
    SOFT: (START, ASK),
    FILE: (START, ASK, SOFT),
    PLACE: (FILE, USE),
    USE: (FILE, PLACE, USE),
    CLOSE: (START, FILE),
    WHEN: (START,),
    BYE: (START, BYE, PAL, FILE, PLACE, USE, CLOSE, WHEN),
    PAL: (BYE, FILE, PLACE, USE, CLOSE, WHEN),
}
CARRIES = frozenset((KEEP, SAY, LINE))  # one of these makes a chain of pieces a carrier
ENDS_BEHIND = frozenset((FILE, PLACE, USE, CLOSE, WHEN, BYE, PAL))  # what a carrier behind the words may end in
PLAIN = frozenset((ASK, FILE, IT, LINE, PLACE))  # one of these makes a carrier plain to see
NEEDED_ALONE = frozenset((FILE, CLOSE))  # what it must have when none stands before the words
NEVER_FIRST = "never_first"
NOT_AFTER_IT = "not_after_it"
MAX_BEFORE = 16  # words said before the carrier begins

Pieces = Sequence[Sequence[tuple[int, str]]]  # for each place: (end, kind) of the pieces that begin there
Chain = tuple[str, frozenset[str]]  # the last piece, and the kinds of all


class Carried:
    """Splits a sentence into carrier and words to keep."""

    def __init__(self, words: Mapping[str, Sequence[str]], rules: Mapping[str, str]) -> None:
        """Compile the pieces.

        Args:
            words: the pack's word lists. rules: named parts of the pieces' templates.

        Raises:
            ContentError: a piece cannot be read.
        """
        lists = {k.removeprefix(PREFIX): v for k, v in words.items() if k.startswith(PREFIX)}
        self._never_first = frozenset(lists.pop(NEVER_FIRST, ()))
        self._not_after_it = frozenset(lists.pop(NOT_AFTER_IT, ()))
        phrases = [(template, kind) for kind, several in lists.items() for template in several]
        self._finder = PhraseFinder(phrases, rules, Spelling({}))

    def span(self, words: Sequence[str]) -> tuple[int, int] | None:
        """Where the words to keep begin and end; None when the sentence holds none."""
        size = len(words)
        pieces: list[list[tuple[int, str]]] = [[] for _ in words]
        for start, end, kind in self._finder.spans(words):
            pieces[start].append((end, kind))
        for begin in range(min(size, MAX_BEFORE)):
            fronts = [(end, chain) for end, chain in _chains(pieces, begin, FRONT) if _carries(chain, begin)]
            if begin == 0 and any(end == size for end, _ in fronts):
                return None  # nothing but carrier
            good = [(end, chain) for end, chain in fronts if self._may_begin(words, end, chain[0])]
            if good:
                first, (_, kinds) = max(good, key=lambda found: found[0])
                return first, _behind(pieces, first, SAY in kinds)
            first = max((end for end, kind in pieces[begin] if kind == WHO), default=0) if begin == 0 else 0
            if begin == 0 and (close := _behind(pieces, first, True, NEEDED_ALONE)) < size:
                return first, close
        return None

    def _may_begin(self, words: Sequence[str], at: int, last: str) -> bool:
        if at >= len(words) or last == CHOSEN or words[at] in self._never_first:
            return False
        return last != IT or words[at] not in self._not_after_it


def _carries(chain: Chain, begin: int) -> bool:
    """Whether these pieces are a carrier; one in the midst of a sentence must say more than a verb."""
    kinds = chain[1]
    return not CARRIES.isdisjoint(kinds) and (begin == 0 or not kinds.isdisjoint(PLAIN))


def _behind(pieces: Pieces, begin: int, said: bool, needed: frozenset[str] = frozenset()) -> int:
    """Where the words from `begin` end: before the longest carrier that ends the sentence.

    Args:
        pieces: of the sentence. begin: of the words. said: whether a "when" may close them.
        needed: kinds of which the carrier must have one.
    """
    size = len(pieces)
    to_the_end = {size}
    for at in range(size - 1, begin, -1):
        if any(end in to_the_end for end, _ in pieces[at]):
            to_the_end.add(at)
    for at in sorted(to_the_end):
        for end, (last, kinds) in _chains(pieces, at, BACK):
            fits = end == size and last in ENDS_BEHIND and (said or WHEN not in kinds)
            if fits and not (needed and needed.isdisjoint(kinds)):
                return at
    return size


def _chains(pieces: Pieces, start: int, follows: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[int, Chain]]:
    """Every chain of pieces from `start`, with the place where it ends."""
    reached: dict[int, set[Chain]] = {start: {(START, frozenset())}}
    for at in range(start, len(pieces)):
        for last, kinds in reached.get(at, ()):
            for end, kind in pieces[at]:
                if last in follows.get(kind, ()):
                    reached.setdefault(end, set()).add((kind, kinds | {kind}))
    for end, chains in reached.items():
        for chain in chains if end > start else ():
            yield end, chain
