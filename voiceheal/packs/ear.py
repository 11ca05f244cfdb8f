"""What a spoken line must be: short, plain, true, and nothing our own microphone could take for an order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_WORDS = 20  # without a place to breathe
MAX_GRADE = 6.0
GRADE_NEEDS = 12  # words: the grade of less text says nothing

_MARK = re.compile(r"\[pause \d+(?:\.\d+)?\]")
_ODD_MARK = re.compile(r"\[[^\]]*\]?")
_SLOT = re.compile(r"\{[^{}]*\}")
_BREATHER = re.compile(r"[.!?,;:…—–]+|\s-\s|" + _MARK.pattern)
_SENTENCE = re.compile(r"[.!?…]+|" + _MARK.pattern)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]|(?<!\w)['‘][^'’]*(?:['’]\w+[^'’]*)*['’](?!\w)")


@dataclass(frozen=True)
class EarRules:
    """What must not be said in one language.

    Attributes:
        banned: pattern -> why; found anywhere outside quotation marks.
        commands: sentences that would command VoiceHeal if its own microphone took them.
        stops: what would silence VoiceHeal as a stretch of its own between two breathing marks, quoted or not: with a
            loudspeaker the microphone hears a pause there.
        vowels: letters that make a syllable; None = reading grade unknown for this language.
    """

    banned: Mapping[str, str]
    commands: frozenset[str]
    stops: frozenset[str] = frozenset()
    vowels: str | None = None


ENGLISH = EarRules(
    banned={
        r"always|never|completely|totally|absolutely|forever|perfectly": "an absolute; say what is true on a bad day",
        r"just": "'just' makes things small",
        r"deep breaths?|deep breathing|breathe (?:in |out )?deep(?:ly)?|shallow":
            "say comfortable, normal-size breaths",
        r"diagnos\w+|disorder|symptoms?|clinical(?:ly)?|ptsd|depressive|traumati[sz]ed|you(?:'re| are) depressed":
            "sounds like a diagnosis",
        r"(?:every ?thing|it|all)(?:'ll| will| is going to) be (?:fine|ok|okay|alright|all right|good)|i promise":
            "a promise",
        r"look on the bright side|stay positive|cheer up|happens for a reason|fish in the sea|get over it|at least you"
        r"|you(?:'ve)? got this|good vibes": "cheer that hurts",
        r"narcissis\w+|jerk|loser|idiot|toxic|(?:don't|doesn't|didn't|not) deserve you|their loss|not worth your":
            "devalues another person",
        r"inner child|coping|mindful(?:ness)?|self[- ]care|validat(?:e|es|ed|ing)|boundar(?:y|ies)|somatic"
        r"|trigger(?:s|ed)?|nervous system|self[- ]regulat\w+|resilien\w+": "therapy jargon",
        r"stage (?:one|two|three|four|five|\d) of": "stages are no ladder",
    },
    commands=frozenset(
        (
            "stop", "pause", "resume", "continue", "go on", "repeat", "again", "say it again", "next", "skip", "back",
            "go back", "slower", "faster", "louder", "quieter", "whisper", "hush", "quiet", "status", "help", "home",
            "goodbye", "bye", "yes", "no", "cancel", "wait", "i need help", "forget it",
        )
    ),
    stops=frozenset(
        (
            "stop", "stop it", "stop now", "stop that", "stop talking", "please stop", "stop please", "be quiet",
            "hush", "quiet", "quiet please", "shut up", "pause", "pause please", "please pause", "wait", "wait please",
            "hold on",
            "hang on", "cancel", "enough", "that's enough", "no more",
        )
    ),
    vowels="aeiouy",
)  # fmt: skip
RULES: Mapping[str, EarRules] = {"en": ENGLISH}


def faults(text: str, rules: EarRules) -> Iterator[str]:
    """What is wrong with one spoken line."""
    rest = _MARK.sub(" ", text)
    if odd := _ODD_MARK.search(rest):
        yield f"{odd.group()!r} is not a pause such as [pause 1.5]"
    for stretch in _BREATHER.split(_SLOT.sub("x", text)):
        if len(count := words(stretch)) > MAX_WORDS:
            yield f"{len(count)} words without a pause mark (most {MAX_WORDS}): {_short(stretch)!r}"
    bare = _QUOTED.sub(" ", text).replace("’", "'")
    for pattern, why in rules.banned.items():
        if hit := re.search(rf"\b(?:{pattern})\b", bare, re.IGNORECASE):
            yield f"{hit.group()!r}: {why}"
    told: set[str] = set()
    for sentence in _SENTENCE.split(_QUOTED.sub(" ", text)):
        if (said := " ".join(words(sentence))) in rules.commands:
            told.add(said)
            yield f"{said!r} as a sentence of its own is a command to our own microphone"
    for stretch in _BREATHER.split(text):
        said = " ".join(words(stretch.replace("’", "'")))
        if said in rules.stops and said not in told:
            yield f"{said!r} between two breathing marks may silence us through our own microphone"


def words(text: str) -> list[str]:
    """Words in lower case, without pauses and punctuation."""
    return _WORD.findall(_MARK.sub(" ", text).lower())


def runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    """Every `length` words in a row; a {slot} ends a run, since what stands there differs."""
    for stretch in _SLOT.split(text):
        said = words(stretch)
        yield from (tuple(said[n : n + length]) for n in range(len(said) - length + 1))


def grade(variants: Sequence[str], rules: EarRules) -> float | None:
    """Reading grade after Flesch and Kincaid (1975), mean over the variants; None when there is too little to tell."""
    if rules.vowels is None:
        return None
    sentences = [s for v in variants for part in _SENTENCE.split(_SLOT.sub(" ", v)) if (s := words(part))]
    total = sum(len(s) for s in sentences)
    if total < GRADE_NEEDS:
        return None
    beats = sum(_syllables(word, rules.vowels) for s in sentences for word in s)
    return 0.39 * total / len(sentences) + 11.8 * beats / total - 15.59


def _syllables(word: str, vowels: str) -> int:
    """Groups of vowels, less the silent endings of English: "moved", "quite", "times"."""
    groups = len(re.findall(f"[{vowels}]+", word))
    if re.search(r"[^aeiouydtl]e(?:d)?$|[^aeiouyszxc]es$|[aeiouy][^aeiouy]?[td]e$", word) and groups > 1:
        groups -= 1
    return max(1, groups)


def _short(text: str) -> str:
    said = text.strip()
    return said if len(said) <= 40 else said[:37] + "..."
