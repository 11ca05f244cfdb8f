"""What has no fixed form is known by its nearest example: shared words, word pairs and letter groups count."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

GRAM = 4
WORD_WEIGHT, PAIR_WEIGHT, GRAM_WEIGHT = 1.0, 0.8, 0.35
NEIGHBOURS = 3
NEIGHBOUR_WEIGHTS = (0.7, 0.2, 0.1)  # the nearest example of an intent counts most, the next ones support it
MAX_WORDS = 40


class Near(NamedTuple):
    """An intent and how near its examples are, 0..1."""

    intent: str
    score: float


class Nearest:
    """Examples by intent; finds the intents whose examples are most like a sentence."""

    def __init__(self, examples: Mapping[str, Sequence[str]]) -> None:
        """Take intent -> examples, normalised and without apostrophes. The index is made at the first use."""
        self._examples = [(intent, text) for intent, texts in examples.items() for text in dict.fromkeys(texts)]
        self._intents = list(examples)

    @cached_property
    def _index(self) -> tuple[dict[str, float], dict[str, tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]]]:
        bags = [_features(text.split()) for _, text in self._examples]
        seen = Counter(feature for bag in bags for feature in bag)
        rarity = {f: math.log(1 + len(bags) / n) for f, n in seen.items()}
        rows: dict[str, tuple[list[int], list[float]]] = {}
        for number, bag in enumerate(bags):
            size = math.sqrt(sum((w * rarity[f]) ** 2 for f, w in bag.items())) or 1.0
            for feature, weight in bag.items():
                row = rows.setdefault(feature, ([], []))
                row[0].append(number)
                row[1].append(weight * rarity[feature] / size)
        packed = {f: (np.array(n, np.int32), np.array(w, np.float32)) for f, (n, w) in rows.items()}
        return rarity, packed

    @cached_property
    def _members(self) -> list[npt.NDArray[np.int32]]:
        numbers: dict[str, list[int]] = {intent: [] for intent in self._intents}
        for n, (intent, _) in enumerate(self._examples):
            numbers[intent].append(n)
        return [np.array(numbers[intent], np.int32) for intent in self._intents]

    def rank(self, words: Sequence[str]) -> list[Near]:
        """All intents with something in common with the sentence, nearest first."""
        if not words or len(words) > MAX_WORDS:
            return []
        rarity, rows = self._index
        bag = _features(words)
        unknown = math.log(1 + len(self._examples))
        size = math.sqrt(sum((w * rarity.get(f, unknown * 0.5)) ** 2 for f, w in bag.items())) or 1.0
        alike = np.zeros(len(self._examples), np.float32)
        for feature, weight in bag.items():
            if feature in rows:
                numbers, weights = rows[feature]
                alike[numbers] += weights * np.float32(weight * rarity[feature] / size)
        ranked = [Near(i, _support(alike[m])) for i, m in zip(self._intents, self._members, strict=True)]
        return sorted((n for n in ranked if n.score > 0), key=lambda n: -n.score)


def _support(alike: npt.NDArray[np.float32]) -> float:
    """Similarity of an intent from its nearest examples; one that is equal counts fully, whatever the others."""
    top = np.sort(alike)[::-1][:NEIGHBOURS]
    blend = float(sum(float(s) * w for s, w in zip(top, NEIGHBOUR_WEIGHTS, strict=False)))
    return min(1.0, max(blend, 0.9 * float(top[0])) if len(top) else 0.0)


def _features(words: Sequence[str]) -> dict[str, float]:
    """Words, word pairs and letter groups of a sentence with their weights."""
    bag: dict[str, float] = {}
    for word in words:
        bag["w:" + word] = WORD_WEIGHT
        padded = f"_{word}_"
        for n in range(max(1, len(padded) - GRAM + 1)):
            bag.setdefault(padded[n : n + GRAM], GRAM_WEIGHT)
    for first, second in zip(words, words[1:], strict=False):
        bag[f"p:{first} {second}"] = PAIR_WEIGHT
    return bag
