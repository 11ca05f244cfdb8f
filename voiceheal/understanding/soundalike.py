"""A misheard command is known by its sound: letters and phonetic code of whole sentences are compared, never parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import jellyfish
from rapidfuzz import fuzz, process

LETTERS_WEIGHT = 0.5
MAX_LENGTH_GAP = 0.35  # a phrase this much longer or shorter (share of letters) is never the same sentence
SHORT_LETTERS = 8  # up to here a phrase is so short that only a near-homophone may stand for it
SHORT_MIN_LETTERS = 0.5
MAX_WORDS = 16
WORD_CUTOFF = 0.65
WORDS_ALIKE = 4
CHANGE_COST = 0.1  # of taking one word for another at all: one change is likelier than two
MAX_WORD_GAP = 4
KEPT = 4096  # heard words whose neighbours are remembered

# voiced and voiceless consonants of one place are what a recogniser mixes up most
_COARSE = str.maketrans("BDGVZ0J", "PTKFSTX")


class Hit(NamedTuple):
    """The phrase that sounds most like what was heard; score 0..1."""

    phrase: str
    score: float


class SoundAlike:
    """Compares whole sentences with known phrases by letters and by sound."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Take the phrases, normalised and without apostrophes. Their sounds are worked out at the first use."""
        self._phrases = list(dict.fromkeys(phrases))

    @cached_property
    def _letters(self) -> list[str]:
        return [p.replace(" ", "") for p in self._phrases]

    @cached_property
    def _codes(self) -> list[str]:
        known: dict[str, str] = {}
        return [_code(p.split(), known) for p in self._phrases]

    def best(self, words: Sequence[str], cutoff: float) -> Hit | None:
        """The nearest phrase with a score of at least `cutoff`, or None."""
        if not words or len(words) > MAX_WORDS:
            return None
        letters, code = "".join(words), _code(words, {})
        # however well the sound agrees, letters that agree less than this cannot reach the cutoff
        least = 100 * max(0.0, cutoff - (1 - LETTERS_WEIGHT)) / LETTERS_WEIGHT
        near = process.extract(
            letters, self._letters, scorer=fuzz.ratio, processor=None, score_cutoff=least, limit=None
        )
        hits = [Hit(self._phrases[i], self._score(letters, code, i)) for _, _, i in near]
        best = max(hits, key=lambda h: h.score, default=None)
        return best if best is not None and best.score >= cutoff else None

    def _score(self, letters: str, code: str, index: int) -> float:
        other, other_code = self._letters[index], self._codes[index]
        if abs(len(letters) - len(other)) > MAX_LENGTH_GAP * max(len(letters), len(other)):
            return 0.0
        by_letters = fuzz.ratio(letters, other) / 100
        if len(other) <= SHORT_LETTERS and (code != other_code or by_letters < SHORT_MIN_LETTERS):
            return 0.0
        return LETTERS_WEIGHT * by_letters + (1 - LETTERS_WEIGHT) * fuzz.ratio(code, other_code) / 100


class WordsAlike:
    """Finds known words that sound like a heard one: the sound begins alike, and letters and sound are near."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the words that templates know."""
        self._by_sound: dict[str, list[tuple[str, str]]] = {}
        for word in sorted({w for w in words if w.isalpha()}):
            code = _code([word], {})
            self._by_sound.setdefault(code[:1], []).append((word, code))
        self._found = lru_cache(KEPT)(self._look_up)

    def alike(self, word: str) -> Sequence[tuple[str, float]]:
        """Known words that the heard one may stand for, with a cost 0..1 each, cheapest first."""
        return self._found(word)

    def _look_up(self, word: str) -> Sequence[tuple[str, float]]:
        if not word.isalpha():
            return ()
        code = _code([word], {})
        costs = []
        for other, other_code in self._by_sound.get(code[:1], ()):
            if abs(len(other) - len(word)) <= MAX_WORD_GAP and other != word:
                by_sound = fuzz.ratio(code, other_code) / 100
                score = LETTERS_WEIGHT * fuzz.ratio(word, other) / 100 + (1 - LETTERS_WEIGHT) * by_sound
                if score >= WORD_CUTOFF:
                    costs.append((other, CHANGE_COST + 1 - score))
        return tuple(sorted(costs, key=lambda c: c[1])[:WORDS_ALIKE])


def alike(heard: Sequence[str], meant: Sequence[str]) -> float:
    """How much two runs of words sound alike, 0..1."""
    by_sound = fuzz.ratio(_code(heard, {}), _code(meant, {})) / 100
    return LETTERS_WEIGHT * fuzz.ratio("".join(heard), "".join(meant)) / 100 + (1 - LETTERS_WEIGHT) * by_sound


def _code(words: Sequence[str], known: dict[str, str]) -> str:
    out = []
    for word in words:
        if word not in known:
            known[word] = jellyfish.metaphone(word).translate(_COARSE) if word.isalpha() else word
        out.append(known[word])
    return "".join(out).replace(" ", "")
