"""Two models, one reading: the linear one knows the words, the transformer what they mean together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..core.meaning import Safety, SlotValue
from .encoder import Encoder
from .model import Model, Reading

NONE = "none"
CRISIS: tuple[Safety, ...] = ("risk", "danger")
LONG, PART = 45, 30  # words: a longer answer is also looked at in parts
CUT = 1.5  # in logits
AROUND = 20  # words looked at around a known phrase
ALTERNATIVE = 0.5  # what another transcript counts beside the best
SURE_SLOT = 0.7  # share from which a slot that no rule found is taken from the transformer


class Blend:
    """Reads a sentence with the linear model and, where the pack has one, the transformer.

    How much each is worth was found by scripts/train-encoder on sentences of authors that neither had seen, and is kept
    with the transformer's weights as `calibration`.
    """

    def __init__(self, model: Model, encoder: Encoder | None) -> None:
        self.model, self._encoder = model, encoder
        self._by = encoder.calibration if encoder is not None else {}
        self.borders = dict(model.borders)
        if encoder is not None:
            self.borders.update({k: self._by[k] for k in ("sure", "soft", "far")})

    def read(self, words: Sequence[str], found: Mapping[str, float]) -> Reading:
        """What the sentence means, given what the rules found in it."""
        linear = self.model.read(words, found)
        if self._encoder is None or not words:
            return linear
        logs = self._encoder.read(words)
        intents = self._shares("intent", logs, linear.intents)
        stages = self._shares("stage", logs, linear.stages)
        margins = self._strongest(words, found, linear.safety)
        return Reading(intents, stages, self._lanes(logs["safety"], margins, found), self._slots(logs))

    def _strongest(
        self, words: Sequence[str], found: Mapping[str, float], whole: Mapping[str, float]
    ) -> Mapping[str, float]:
        """Margins of the lanes; in a long answer one sentence must not drown in all the others."""
        if len(words) <= LONG:
            return whole
        parts = [self.model.read(part, found).safety for part in _parts(words, PART)]
        return {lane: max(whole[lane], *(p[lane] for p in parts)) for lane in whole}

    def around(
        self, words: Sequence[str], findings: Callable[[str], tuple[Sequence[str], Mapping[str, float]]]
    ) -> list[Reading]:
        """Readings of those parts of a long answer in which a known phrase stands: the rest must not drown it.

        Args:
            findings: words of a text, and what the rules find in it.
        """
        if len(words) <= AROUND:
            return []
        looked = (findings(" ".join(part)) for part in _parts(words, AROUND))
        return [self.read(part, found) for part, found in looked if phrase_lane(found) is not None]

    def _shares(self, name: str, logs: Mapping[str, np.ndarray], linear: Mapping[str, float]) -> dict[str, float]:
        """Both models' logs added, each times its worth; a class that only one knows is judged by that one."""
        assert self._encoder is not None
        classes = self._encoder.classes[name]
        mean = np.logaddexp.reduce(logs[name], axis=0) - np.log(len(logs[name]))
        worth, other = self._by[f"{name}.encoder"], self._by[f"{name}.linear"]
        rest = [k for k in linear if k not in classes]
        total = np.array(
            [worth * m + other * np.log(linear.get(k, 0.0) + 1e-6) for k, m in zip(classes, mean, strict=True)]
            + [(worth + other) * np.log(linear[k] + 1e-6) for k in rest]
        )
        powers = np.exp(total - total.max())
        return dict(zip([*classes, *rest], (powers / powers.sum()).tolist(), strict=True))

    def _lanes(self, logs: np.ndarray, linear: Mapping[str, float], found: Mapping[str, float]) -> dict[str, float]:
        """How far each lane is from "none", in logits: the strongest window counts.

        The more windows, the higher the strongest is by chance alone, and a window that begins and ends in the middle
        of a sentence is read less well; the log of their number and `CUT` make up for it.
        """
        assert self._encoder is not None
        at = {k: n for n, k in enumerate(self._encoder.classes["safety"])}
        scores = {}
        for lane in CRISIS:
            far = float((logs[:, at[lane]] - logs[:, at[NONE]]).max())
            score = crisis_score(far, linear[lane], found.get(f"safety:{lane}", 0.0), self._by)
            scores[lane] = score - (float(np.log(len(logs))) + CUT if len(logs) > 1 else 0.0)
        return scores | {NONE: 0.0}

    def _slots(self, logs: Mapping[str, np.ndarray]) -> dict[str, str]:
        """Slots of a closed class that the transformer is sure of: "<intent>_<slot>" -> value."""
        assert self._encoder is not None
        found = {}
        for name, classes in self._encoder.classes.items():
            if name not in ("intent", "stage", "safety"):
                best = int(logs[name][0].argmax())
                if classes[best] and logs[name][0, best] > np.log(SURE_SLOT):
                    found[name] = classes[best]
        return found


def _parts(words: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Parts of `size` words, each of which overlaps the next by half; there are more words than that."""
    return (words[at : at + size] for at in range(0, len(words) - size // 2, size // 2))


def together(readings: Sequence[Reading]) -> Reading:
    """The best transcript's reading, with what the other transcripts say of intent and stage mixed in."""
    first, *others = readings
    if not others:
        return first
    return replace(
        first,
        intents=_mixed([r.intents for r in readings]),
        stages=_mixed([r.stages for r in readings]),
    )


def _mixed(shares: Sequence[Mapping[str, float]]) -> dict[str, float]:
    weights = [1.0] + [ALTERNATIVE / (len(shares) - 1)] * (len(shares) - 1)
    return {k: sum(w * s.get(k, 0.0) for w, s in zip(weights, shares, strict=True)) / sum(weights) for k in shares[0]}


def learned(intent: str, reading: Reading) -> dict[str, SlotValue]:
    """Slots that are a matter of meaning ("say there's a place for me": belonging), where the model is sure."""
    mine = f"{intent}_"
    found = {k.removeprefix(mine): v for k, v in reading.slots.items() if k.startswith(mine)}
    return {k: int(v) if k == "number" else v for k, v in found.items()}


def phrase_lane(found: Mapping[str, float]) -> Safety | None:
    """The lane of the known phrase that is among what the rules found."""
    return next((lane for lane in CRISIS if f"safety:{lane}" in found), None)


def crisis_score(encoder: float, linear: float, pattern: float, worth: Mapping[str, float]) -> float:
    """One lane's score: both models and the known phrases, each times its worth.

    Args:
        encoder: log-odds of the lane against "none". linear: margin of the lane. pattern: 1 where a known phrase was
            found, else 0. worth: `calibration`.
    """
    return (
        worth["safety.encoder"] * encoder
        + worth["safety.linear"] * linear
        + worth["safety.pattern"] * pattern
        + worth["safety.bias"]
    )
