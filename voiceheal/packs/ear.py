"""What a spoken line must be: short, plain, true, and nothing our own microphone could take for an order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from .earwords import EarWords, Reading

GRADE_NEEDS = 30  # words: a few long words in a short line say nothing about how hard it is

_MARK = re.compile(r"\[pause \d+(?:\.\d+)?\]")
_ODD_MARK = re.compile(r"\[[^\]]*\]?")
_SLOT = re.compile(r"\{[^{}]*\}")
_BREATHER = re.compile(r"[.!?,;:…—–]+|\s-\s|" + _MARK.pattern)
_SENTENCE = re.compile(r"[.!?…]+|" + _MARK.pattern)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_QUOTED = re.compile(r"[\"“„][^\"“”]*[\"”“]|(?<!\w)['‘][^'’]*(?:['’]\w+[^'’]*)*['’](?!\w)")
_SIGNS = {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|", "*": r"\w*", " ": r"[ -]*"}


def faults(text: str, rules: EarWords) -> Iterator[str]:
    """What is wrong with one spoken line."""
    rest = _MARK.sub(" ", text)
    if odd := _ODD_MARK.search(rest):
        yield f"{odd.group()!r} is not a pause such as [pause 1.5]"
    for stretch in _BREATHER.split(_SLOT.sub("x", text)):
        if len(count := words(stretch)) > rules.max_words:
            yield f"{len(count)} words without a pause mark (most {rules.max_words}): {_short(stretch)!r}"
    bare = _QUOTED.sub(" ", text).replace("’", "'")
    for banned in rules.banned:
        for template in banned.say:
            if hit := _pattern(template).search(bare):
                yield f"{hit.group().strip()!r}: {banned.why}"
                break
    told: set[str] = set()
    for sentence in _SENTENCE.split(_QUOTED.sub(" ", text)):
        if (said := " ".join(words(sentence))) in rules.commands:
            told.add(said)
            yield f"{said!r} as a sentence of its own is a command to our own microphone"
    for stretch in _BREATHER.split(text):
        said = " ".join(words(stretch.replace("’", "'")))
        if said in rules.stops and said not in told:
            yield f"{said!r} between two breathing marks may silence us through our own microphone"


@lru_cache(maxsize=1024)
def _pattern(template: str) -> re.Pattern[str]:
    """A template of `Banned.say` as a regular expression.

    Raises:
        ValueError: its brackets do not close.
    """
    try:
        inside = "".join(_SIGNS.get(sign, re.escape(sign)) for sign in template.strip())
        return re.compile(rf"(?<!\w)(?:{inside})(?!\w)", re.IGNORECASE)
    except re.error as e:
        raise ValueError(f"the brackets of {template!r} do not close") from e


def template_faults(rules: EarWords) -> Iterator[str]:
    """What is wrong with the templates of the rules themselves."""
    for template in (t for banned in rules.banned for t in banned.say):
        try:
            _pattern(template)
        except ValueError as e:
            yield str(e)


def words(text: str) -> list[str]:
    """Words in lower case, without pauses and punctuation."""
    return _WORD.findall(_MARK.sub(" ", text).lower())


def runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    """Every `length` words in a row; a {slot} ends a run, since what stands there differs."""
    for stretch in _SLOT.split(text):
        said = words(stretch)
        yield from (tuple(said[n : n + length]) for n in range(len(said) - length + 1))


def size(variants: Sequence[str]) -> int:
    """Words of all variants together."""
    return sum(len(words(_SLOT.sub(" ", v))) for v in variants)


def grade(variants: Sequence[str], reading: Reading) -> float | None:
    """Reading grade of all variants together; None when there is too little to tell."""
    sentences = [s for v in variants for part in _SENTENCE.split(_SLOT.sub(" ", v)) if (s := words(part))]
    total = sum(len(s) for s in sentences)
    if total < GRADE_NEEDS:
        return None
    beats = sum(_syllables(word, reading) for s in sentences for word in s)
    base, by_words, by_beats = reading.weights
    return base + by_words * total / len(sentences) + by_beats * beats / total


def _syllables(word: str, reading: Reading) -> int:
    """Groups of vowels, less the silent endings of the language: "moved", "quite", "times"."""
    groups = len(re.findall(f"[{reading.vowels}]+", word))
    if groups > 1 and reading.silent and re.search(reading.silent, word):
        groups -= 1
    return max(1, groups)


def _short(text: str) -> str:
    said = text.strip()
    return said if len(said) <= 40 else said[:37] + "..."
