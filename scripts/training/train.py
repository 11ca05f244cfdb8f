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
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from scripts.training.data import Sentence, digest, groups, sentences
from voiceheal.packs.loader import find_pack, load_pack
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
        scaled = margins * t
        top = scaled.max(axis=1, keepdims=True)
        logs = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
        return -float(logs[rows, truth].mean())

    return float(min(np.arange(0.5, 12.0, 0.1), key=surprise))


def class_weights(labels: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Rare classes count more, but not so much that one sentence decides (square root of the inverse share)."""
    counts = Counter(labels[chosen])
    mean = len(chosen) / len(counts)
    return np.array([np.sqrt(mean / counts[k]) if k in counts else 0.0 for k in labels])


def answer(trainer: Trainer, model: Model, name: str, labels: np.ndarray, c: float) -> None:
    """Train the head `name` and report how it does on authors it has not seen."""
    chosen = np.array([n for n, k in enumerate(labels) if k])
    weights = class_weights(labels, chosen) * np.array([r.weight for r in trainer.rows])
    margins = trainer.left_out(chosen, labels, c, weights)
    classes = sorted(set(labels[chosen]))
    truth = np.array([classes.index(k) for k in labels[chosen]])
    order = np.argsort(-margins, axis=1)
    top1, top2 = (order[:, 0] == truth).mean(), (order[:, :2] == truth[:, None]).any(axis=1).mean()
    head = trainer.fit(model, chosen, labels, c, weights)
    warm = temperature(margins, truth)
    model.heads[name] = Head(head.classes, head.weights, head.bias, warm)
    print(
        f"{name:<7} {len(chosen)} sentences, unseen authors: top-1 {top1:.1%}, top-2 {top2:.1%}, temperature {warm:.1f}"
    )
    worst = [(k, (order[truth == n, 0] == n).mean()) for n, k in enumerate(classes)]
    print("        weakest: " + ", ".join(f"{k} {share:.0%}" for k, share in sorted(worst, key=lambda w: w[1])[:8]))


def lane_labels(rows: Sequence[Sentence]) -> tuple[np.ndarray, np.ndarray]:
    """Safety lane of each sentence, and how much it counts."""
    labels = np.array([r.safety if r.safety in ("risk", "danger") else "none" for r in rows])
    alike = np.array([r.safety == "lookalikes" for r in rows])
    sad = np.array([r.stage == "sadness" for r in rows])
    weights = np.where(
        labels != "none", CRISIS_WEIGHT, np.where(alike, LOOKALIKE_WEIGHT, np.where(sad, SAD_WEIGHT, 1.0))
    )
    return labels, weights


def lanes(trainer: Trainer, model: Model) -> None:
    """Train the safety head and place its borders."""
    labels, weights = lane_labels(trainer.rows)
    crisis = labels != "none"
    alike = np.array([r.safety == "lookalikes" for r in trainer.rows])
    chosen = np.arange(len(trainer.rows))
    margins = trainer.left_out(chosen, labels, SAFETY_C, weights)
    classes = sorted(set(labels))
    alarm = np.delete(margins, classes.index("none"), axis=1).max(axis=1)
    ordinary = np.sort(alarm[~crisis & ~alike])[::-1]
    sure = float(ordinary[int(len(ordinary) * ORDINARY_ALARMS)])
    soft = float(ordinary[int(len(ordinary) * SOFT_ALARMS)])
    head = trainer.fit(model, chosen, labels, SAFETY_C, weights)
    model.heads[SAFETY] = Head(head.classes, head.weights, head.bias, 1.0)
    model.borders.update(sure=round(sure, 4), soft=round(soft, 4), far=FAR)
    for name in ("sure", "soft"):
        border = model.borders[name]
        print(
            f"safety  {name} {border:+.2f}, unseen authors: recall {(alarm[crisis] > border).mean():.1%}, "
            f"look-alikes {(alarm[alike] > border).mean():.1%}, ordinary {(ordinary > border).mean():.2%}"
        )


def linear_left_out(trainer: Trainer) -> tuple[dict[str, Head], dict[str, np.ndarray]]:
    """By question: classes with the right temperature, and margins of every sentence by a model without its author."""
    heads, found = {}, {}
    every = np.arange(len(trainer.rows))
    for name, c in (("intent", INTENT_C), ("stage", STAGE_C)):
        labels = np.array([getattr(r, name) for r in trainer.rows])
        asked = np.array([n for n, k in enumerate(labels) if k])
        weights = class_weights(labels, asked) * np.array([r.weight for r in trainer.rows])
        margins = trainer.left_out(asked, labels, c, weights)
        classes = tuple(sorted(set(labels[asked])))
        warm = temperature(margins, np.array([classes.index(k) for k in labels[asked]]))
        heads[name] = Head(classes, np.zeros((1, 1), np.float32), np.zeros(1, np.float32), warm)
        found[name] = np.full((len(every), len(classes)), -2.0, np.float32)
        found[name][asked] = margins
    labels, weights = lane_labels(trainer.rows)
    found[SAFETY] = trainer.left_out(every, labels, SAFETY_C, weights)
    heads[SAFETY] = Head(tuple(sorted(set(labels))), np.zeros((1, 1), np.float32), np.zeros(1, np.float32), 1.0)
    return heads, found


def train(folder: Path) -> Model:
    """The weights for the pack in `folder`."""
    engine = Engine(load_pack(folder), use_model=False)
    rows = sentences(folder / "examples")
    trainer = Trainer(engine, rows)
    model = trainer.base(np.arange(len(rows)))
    model.digest = digest(folder)
    answer(trainer, model, "intent", np.array([r.intent for r in rows]), INTENT_C)
    answer(trainer, model, "stage", np.array([r.stage for r in rows]), STAGE_C)
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
