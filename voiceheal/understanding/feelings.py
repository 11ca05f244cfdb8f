"""Which of the five stages a sentence speaks of: weighted phrases, turned round by negation; several at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..core.meaning import STAGES
from ..packs.schema import Feelings
from .phrasefinder import Hit, PhraseFinder, Spelling

# Weights and shares below were chosen by hand and tried on tests/en/feelings.yaml (`seen`); see the test for figures.
WEIGHTS = {"hint": 1.0, "clear": 2.0, "sure": 3.5}
NONE_SHARE = 1.5  # how much speaks for "no feeling in it" before anything is heard
SHARPNESS = 1.5  # above 1 the strongest stage gains
NEGATED = -0.7  # a negated phrase takes away so much of its weight
NEGATION_REACH = 3  # words between a negation and the phrase it turns round
AFTER_TURN = 1.5  # "i was angry BUT NOW i am at peace"
INTENSER = 1.3
FULL_STRENGTH = 3.0  # a score of so much is a strength of 63 %


@dataclass(frozen=True)
class FeelingResult:
    """What was felt in a sentence.

    Attributes:
        stages: probability of each of the five stages; they sum to at most 1, the rest is "no feeling in it".
        happened: a rejection or loss was told without a feeling being named.
        strength: 0..1, how strongly it was said.
    """

    stages: dict[str, float]
    happened: bool
    strength: float


@dataclass(frozen=True)
class _Phrase:
    """What a phrase speaks for."""

    kind: str  # a stage, or one of the marks below
    weight: float = 0.0


_NEGATION = _Phrase("negation")
_NEGATION_END = _Phrase("negation end")
_TURN = _Phrase("turn")
_INTENSIFIER = _Phrase("intensifier")
_HAPPENED = _Phrase("happened")
_ALWAYS_KEPT = (_HAPPENED, _TURN, _NEGATION_END)  # these mark a place, whatever is said there


class FeelingRecogniser:
    """Finds feelings by the phrases of a content pack. Pure and without state; well under a millisecond a sentence.

    Raises:
        ContentError: a phrase of the pack cannot be read.
    """

    def __init__(self, feelings: Feelings) -> None:
        self._spelling = Spelling(feelings.spellings)
        self._finder = PhraseFinder(list(_phrases(feelings)), feelings.rules, self._spelling)

    def recognise(self, normalised_text: str) -> FeelingResult:
        """The feelings in a sentence; any spelling with or without apostrophes will do."""
        words = self._spelling.words(normalised_text)
        hits = _outermost(self._finder.find(words))
        marks = {kind: [h for h in hits if h.value.kind == kind] for kind in ("negation", "negation end", "turn")}
        turn = max((h.end for h in marks["turn"]), default=0)
        intense = INTENSER if any(h.value is _INTENSIFIER for h in hits) else 1.0
        scores = dict.fromkeys(STAGES, 0.0)
        named = False
        for hit in hits:
            if hit.value.kind not in scores:
                continue
            weight = hit.value.weight * (AFTER_TURN if turn and hit.start >= turn else 1.0)
            if _negated(hit, marks["negation"], marks["negation end"]):
                weight *= NEGATED
            elif hit.value.weight >= WEIGHTS["clear"]:
                named = True
            scores[hit.value.kind] += weight
        return FeelingResult(
            stages=_shares(scores),
            happened=not named and any(h.value is _HAPPENED for h in hits),
            strength=1.0 - math.exp(-intense * max(0.0, *scores.values()) / FULL_STRENGTH),
        )


def _phrases(feelings: Feelings) -> Iterator[tuple[str, _Phrase]]:
    for stage, levels in feelings.stages.items():
        for level, templates in levels.items():
            phrase = _Phrase(stage, WEIGHTS[level])
            for template in templates:
                yield template, phrase
    for templates, mark in (
        (feelings.negations, _NEGATION),
        (feelings.negation_ends, _NEGATION_END),
        (feelings.turns, _TURN),
        (feelings.intensifiers, _INTENSIFIER),
        (feelings.happened, _HAPPENED),
    ):
        for template in templates:
            yield template, mark


def _outermost(hits: Sequence[Hit[_Phrase]]) -> list[Hit[_Phrase]]:
    """Without the hits that lie inside a longer one ("okay" in "not okay") or count a stage twice at one place."""
    kept: list[Hit[_Phrase]] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, -h.value.weight)):
        inside = (k for k in kept if k.start <= hit.start and hit.end <= k.end)
        if hit.value in _ALWAYS_KEPT or not any(_covers(k, hit) for k in inside):
            kept.append(hit)
    return kept


def _covers(outer: Hit[_Phrase], inner: Hit[_Phrase]) -> bool:
    if outer.value is _INTENSIFIER or outer.value in _ALWAYS_KEPT:
        return False
    same_span = outer.end - outer.start == inner.end - inner.start
    return outer.value.kind == inner.value.kind or not same_span


def _negated(hit: Hit[_Phrase], negations: list[Hit[_Phrase]], ends: list[Hit[_Phrase]]) -> bool:
    """Whether a negation stands shortly before the phrase and nothing ends it before the phrase goes on."""
    for negation in negations:
        if not 0 <= hit.start - negation.end < NEGATION_REACH:
            continue
        if not any(negation.start <= e.start <= hit.start for e in ends):
            return True
    return False


def _shares(scores: dict[str, float]) -> dict[str, float]:
    powers = {stage: max(0.0, score) ** SHARPNESS for stage, score in scores.items()}
    total = NONE_SHARE + sum(powers.values())
    return {stage: power / total for stage, power in powers.items()}
