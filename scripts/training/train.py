"""Trains the weights of understanding: three linear questions over the same features. Deterministic; about a minute.

Authors are left out in groups to find what cannot be learned from one's own sentences: how sure the answers are, and
where the border of the safety lanes lies. The weights that are kept are then trained on all authors. The sentences in
tests/en/held_out are not looked at.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from scripts.training.data import Sentence, digest, groups, sentences
from voiceheal.packs.loader import find_pack, load_pack
from voiceheal.understanding.encoder import log_softmax
from voiceheal.understanding.engine import Engine
from voiceheal.understanding.features import runs
from voiceheal.understanding.model import SAFETY, WEIGHTS, Head, Model, load_model

GROUPS = 3  # of authors that are left out in turn
SEEN_TWICE = 2  # a run that only one sentence has tells nothing
INTENT_C, STAGE_C, SAFETY_C = 2.0, 1.0, 1.0
LOOKALIKE_WEIGHT = 3.0
SAD_WEIGHT = 2.0  # sad and safe is what is said most: it must not be taken for more
CRISIS_WEIGHT = 3.0
ORDINARY_ALARMS = 0.003  # share of ordinary sentences that may raise the alarm for sure
SOFT_ALARMS = 0.01  # share that may cost a soft question
FAR = -9.0  # without a transformer beside it a known phrase always counts, however far the sentence seems from danger


class Trainer:
    """Sentences, what the rules found in them, and the models made of them."""

    def __init__(self, engine: Engine, rows: Sequence[Sentence]) -> None:
        self.rows = rows
        self.found = [engine.findings(r.text) for r in rows]
        self.runs = [runs(words) for words, _ in self.found]
        self.groups = np.array(groups(rows, GROUPS))

    def base(self, chosen: np.ndarray) -> Model:
        """A model that knows the runs and rules of the chosen sentences, and has learned nothing yet."""
        seen: Counter[int] = Counter()
        for row in chosen:
            for block in self.runs[row]:
                seen.update(block.keys())
        idf = {
            code: float(np.float16(np.log((1 + len(chosen)) / (1 + n)) + 1))
            for code, n in sorted(seen.items())
            if n >= SEEN_TWICE
        }
        rules = sorted({name for row in chosen for name in self.found[row][1]})
        return Model(idf, rules, {})

    def matrix(self, model: Model, chosen: np.ndarray) -> sp.csr_matrix:
        """Features of the chosen sentences, one a row."""
        ends, index, value = [0], [], []
        for row in chosen:
            places, amounts = model.features(*self.found[row])
            index.append(places)
            value.append(amounts)
            ends.append(ends[-1] + len(places))
        return sp.csr_matrix((np.concatenate(value), np.concatenate(index), ends), shape=(len(chosen), model.size))

    def fit(self, model: Model, chosen: np.ndarray, labels: np.ndarray, c: float, weights: np.ndarray) -> Head:
        """One question, trained on the chosen sentences."""
        svm = LinearSVC(C=c, random_state=0, max_iter=3000)
        svm.fit(self.matrix(model, chosen), labels[chosen], sample_weight=weights[chosen])
        coefficients = svm.coef_.T.astype(np.float32)
        return Head(tuple(map(str, svm.classes_)), coefficients, svm.intercept_.astype(np.float32), 1.0)

    def left_out(self, chosen: np.ndarray, labels: np.ndarray, c: float, weights: np.ndarray) -> np.ndarray:
        """Margins of each chosen sentence by a model that has never seen its author; classes in sorted order."""
        classes = sorted(set(labels[chosen]))
        margins = np.full((len(chosen), len(classes)), -2.0, np.float32)
        group = self.groups[chosen]
        for n in range(GROUPS):
            mine, others = chosen[group == n], chosen[group != n]
            model = self.base(others)
            head = self.fit(model, others, labels, c, weights)
            places = [classes.index(k) for k in head.classes]
            margins[np.ix_(group == n, places)] = self.matrix(model, mine) @ head.weights + head.bias
        return margins


def temperature(margins: np.ndarray, truth: np.ndarray) -> float:
    """The factor on the margins that makes the probabilities fit what turned out right."""
    rows = np.arange(len(truth))

    def surprise(t: float) -> float:
        return -float(log_softmax(margins * t)[rows, truth].mean())

    return float(min(np.arange(0.5, 12.0, 0.1), key=surprise))


def class_weights(labels: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Rare classes count more, but not so much that one sentence decides (square root of the inverse share)."""
    counts = Counter(labels[chosen])
    mean = len(chosen) / len(counts)
    return np.array([np.sqrt(mean / counts[k]) if k in counts else 0.0 for k in labels])


@dataclass(frozen=True)
class LeftOut:
    """A question asked of sentences by a linear model that never saw their authors.

    Attributes:
        chosen: rows that were asked. weights: of all rows, in training. margins: chosen x classes.
    """

    classes: tuple[str, ...]
    chosen: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    margins: np.ndarray

    @property
    def truth(self) -> np.ndarray:
        """Place of the right class, of each chosen row."""
        return np.array([self.classes.index(k) for k in self.labels[self.chosen]])


def left_out(trainer: Trainer, labels: np.ndarray, c: float, weights: np.ndarray | None = None) -> LeftOut:
    """The margins of all rows that have a label; rare classes count more where no weights are given."""
    chosen = np.array([n for n, k in enumerate(labels) if k])
    if weights is None:
        weights = class_weights(labels, chosen) * np.array([r.weight for r in trainer.rows])
    classes = tuple(sorted(set(labels[chosen])))
    return LeftOut(classes, chosen, labels, weights, trainer.left_out(chosen, labels, c, weights))


def labels_of(trainer: Trainer, name: str) -> np.ndarray:
    """Label of each row for "intent" or "stage"; "" where it teaches nothing."""
    return np.array([getattr(r, name) for r in trainer.rows])


def answer(trainer: Trainer, model: Model, name: str, c: float) -> None:
    """Train the head `name` and report how it does on authors it has not seen."""
    out = left_out(trainer, labels_of(trainer, name), c)
    truth = out.truth
    order = np.argsort(-out.margins, axis=1)
    top1, top2 = (order[:, 0] == truth).mean(), (order[:, :2] == truth[:, None]).any(axis=1).mean()
    head = trainer.fit(model, out.chosen, out.labels, c, out.weights)
    warm = temperature(out.margins, truth)
    model.heads[name] = replace(head, temperature=warm)
    print(
        f"{name:<7} {len(truth)} sentences, unseen authors: top-1 {top1:.1%}, top-2 {top2:.1%}, temperature {warm:.1f}"
    )
    worst = [(k, (order[truth == n, 0] == n).mean()) for n, k in enumerate(out.classes)]
    print("        weakest: " + ", ".join(f"{k} {share:.0%}" for k, share in sorted(worst, key=lambda w: w[1])[:8]))


def lane_question(trainer: Trainer) -> tuple[np.ndarray, float, np.ndarray]:
    """Safety lane of each sentence, the cost of an error, and how much each sentence counts."""
    rows = trainer.rows
    labels = np.array([r.safety if r.safety in ("risk", "danger") else "none" for r in rows])
    alike = np.array([r.safety == "lookalikes" for r in rows])
    sad = np.array([r.stage == "sadness" for r in rows])
    weights = np.where(
        labels != "none", CRISIS_WEIGHT, np.where(alike, LOOKALIKE_WEIGHT, np.where(sad, SAD_WEIGHT, 1.0))
    )
    return labels, SAFETY_C, weights


def lanes(trainer: Trainer, model: Model) -> None:
    """Train the safety head and place its borders."""
    out = left_out(trainer, *lane_question(trainer))
    crisis = out.labels != "none"
    alike = np.array([r.safety == "lookalikes" for r in trainer.rows])
    alarm = np.delete(out.margins, out.classes.index("none"), axis=1).max(axis=1)
    ordinary = np.sort(alarm[~crisis & ~alike])[::-1]
    sure = float(ordinary[int(len(ordinary) * ORDINARY_ALARMS)])
    soft = float(ordinary[int(len(ordinary) * SOFT_ALARMS)])
    model.heads[SAFETY] = trainer.fit(model, out.chosen, out.labels, SAFETY_C, out.weights)
    model.borders.update(sure=round(sure, 4), soft=round(soft, 4), far=FAR)
    for name in ("sure", "soft"):
        border = model.borders[name]
        print(
            f"safety  {name} {border:+.2f}, unseen authors: recall {(alarm[crisis] > border).mean():.1%}, "
            f"look-alikes {(alarm[alike] > border).mean():.1%}, ordinary {(ordinary > border).mean():.2%}"
        )


def linear_left_out(trainer: Trainer) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """By question: classes, and of every sentence log-probabilities, or for safety margins; its author was unseen."""
    found = {}
    for name, c in (("intent", INTENT_C), ("stage", STAGE_C)):
        out = left_out(trainer, labels_of(trainer, name), c)
        margins = np.full((len(trainer.rows), len(out.classes)), -2.0, np.float32)
        margins[out.chosen] = out.margins
        found[name] = (out.classes, log_softmax(margins * temperature(out.margins, out.truth)))
    lane = left_out(trainer, *lane_question(trainer))
    return found | {SAFETY: (lane.classes, lane.margins)}


def train(folder: Path) -> Model:
    """The weights for the pack in `folder`."""
    engine = Engine(load_pack(folder), use_model=False)
    rows = sentences(folder / "examples")
    trainer = Trainer(engine, rows)
    model = trainer.base(np.arange(len(rows)))
    model.digest = digest(folder)
    answer(trainer, model, "intent", INTENT_C)
    answer(trainer, model, "stage", STAGE_C)
    lanes(trainer, model)
    return model


def main() -> int:
    """Train, or with --check say whether the weights are those of the content."""
    parser = argparse.ArgumentParser(description="Train the weights of understanding.")
    parser.add_argument("language", nargs="?", default="en")
    parser.add_argument("--check", action="store_true", help="only say whether the weights fit the content")
    args = parser.parse_args()
    folder = find_pack(args.language)
    target = folder / WEIGHTS
    if args.check:
        fits = target.exists() and load_model(target).digest == digest(folder)
        print("the weights fit the content" if fits else "the weights are older than the content: train them")
        return 0 if fits else 1
    began = time.monotonic()
    train(folder).save(target)
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
