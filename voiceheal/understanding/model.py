"""A linear model over word and letter runs: how likely each intent, each stage and each safety lane is.

Trained by scripts/train-understanding from content/<language>/examples; the weights lie beside the pack. Nothing but
numpy is needed to use them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from ..errors import ContentError
from .features import runs, weights, word_code

WEIGHTS = "understanding.npz"
RULES_SHARE = 0.5  # weight of what the rules found against the runs; chosen across authors (docs/benchmarks.md)
SAFETY = "safety"


@dataclass(frozen=True)
class Head:
    """One question the model answers: its classes, their weights (features x classes) and how sure it is."""

    classes: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    temperature: float

    def margins(self, index: npt.NDArray[np.int64], value: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Distance of the sentence from the border of each class; above 0 is inside."""
        found: npt.NDArray[np.float32] = value @ self.weights[index] + self.bias
        return found

    def shares(self, margins: npt.NDArray[np.float32]) -> dict[str, float]:
        """Probability of each class."""
        powers = np.exp((margins - margins.max()) * self.temperature)
        return {c: float(p) for c, p in zip(self.classes, powers / powers.sum(), strict=True)}


@dataclass(frozen=True)
class Reading:
    """What the model says of one sentence: probabilities, margins of the safety lanes, slots of a closed class."""

    intents: Mapping[str, float]
    stages: Mapping[str, float]
    safety: Mapping[str, float]
    slots: Mapping[str, str] = field(default_factory=dict)  # "<intent>_<slot>" -> value


class Model:
    """The trained weights of one language.

    Args:
        idf: weight of each known run, by its code, in the order of the features. rules: names of what rules find.
        heads: "intent", "stage", "safety".
    """

    def __init__(
        self, idf: Mapping[int, float], rules: Sequence[str], heads: Mapping[str, Head], digest: str = ""
    ) -> None:
        self._idf = dict(idf)
        self._place = {code: n for n, code in enumerate(self._idf)}
        self._rules = {name: len(self._idf) + n for n, name in enumerate(rules)}
        self.heads = dict(heads)
        self.digest = digest  # of what it was trained on
        self.borders: dict[str, float] = {}  # safety margins: above "sure" it is one, above "soft" it may be

    @property
    def size(self) -> int:
        """Number of features."""
        return len(self._place) + len(self._rules)

    def known(self, words: Sequence[str]) -> float:
        """Share of the words that it has ever seen, 0..1."""
        return sum(word_code(w) in self._idf for w in words) / max(1, len(words))

    def features(
        self, words: Sequence[str], found: Mapping[str, float]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Places and values of the features that are not 0."""
        pairs = [
            (self._place[code], weight) for block in runs(words) for code, weight in weights(block, self._idf).items()
        ]
        pairs += [(self._rules[k], v * RULES_SHARE) for k, v in found.items() if k in self._rules and v]
        index = np.array([p for p, _ in pairs], np.int64)
        return index, np.array([v for _, v in pairs], np.float32)

    def read(self, words: Sequence[str], found: Mapping[str, float]) -> Reading:
        """What the sentence means, given what the rules found in it."""
        index, value = self.features(words, found)
        safety = self.heads[SAFETY]
        intent, stage = self.heads["intent"], self.heads["stage"]
        lanes = zip(safety.classes, safety.margins(index, value).tolist(), strict=True)
        return Reading(
            intent.shares(intent.margins(index, value)), stage.shares(stage.margins(index, value)), dict(lanes)
        )

    def save(self, path: Path) -> None:
        """Write the weights as small whole numbers, the same bytes for the same weights."""
        parts: dict[str, npt.NDArray[np.generic]] = {
            "codes": np.array(list(self._idf), np.uint32),
            "idf": np.array(list(self._idf.values()), np.float16),
        }
        about: dict[str, Any] = {
            "rules": list(self._rules),
            "digest": self.digest,
            "borders": self.borders,
            "heads": {},
        }
        for name, head in self.heads.items():
            scale = np.abs(head.weights).max(axis=0) / 127 + 1e-12
            parts[f"{name}.weights"] = np.rint(head.weights / scale).astype(np.int8)
            parts[f"{name}.scale"] = scale.astype(np.float32)
            parts[f"{name}.bias"] = head.bias.astype(np.float32)
            about["heads"][name] = {"classes": head.classes, "temperature": round(head.temperature, 4)}
        parts["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
        np.savez_compressed(path, **parts)  # type: ignore[arg-type]


@contextmanager
def weights_from(path: Path, mend: str) -> Iterator[Any]:
    """The arrays in `path`; `mend` says what to do when it is missing, broken, or lacks what is read from it.

    Raises:
        ContentError: it is.
    """
    try:
        with np.load(path) as data:
            yield data
    except (OSError, EOFError, BadZipFile, ValueError, KeyError, TypeError, AttributeError) as e:
        raise ContentError(f"The weights {path} are missing or broken.", mend) from e


def load_model(path: Path) -> Model:
    """The weights in `path`.

    Raises:
        ContentError: they are missing or broken.
    """
    with weights_from(path, "Run scripts/train-understanding, or reinstall VoiceHeal.") as data:
        about = json.loads(bytes(data["about"]).decode())
        idf = dict(zip(data["codes"].tolist(), data["idf"].astype(np.float64).tolist(), strict=True))
        heads = {
            name: Head(
                tuple(head["classes"]),
                data[f"{name}.weights"].astype(np.float32) * data[f"{name}.scale"],
                data[f"{name}.bias"],
                float(head["temperature"]),
            )
            for name, head in about["heads"].items()
        }
    model = Model(idf, about["rules"], heads, about["digest"])
    model.borders.update(about["borders"])
    return model
