"""What the transformer and the linear model are worth beside each other, on authors that neither has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from scripts.training.data import Sentence
from voiceheal.understanding.blend import CRISIS, NONE, crisis_score
from voiceheal.understanding.encoder import log_softmax

# Shares of ordinary sentences that may raise the alarm for sure, and that may cost a soft question. A lower border
# hears more of what is said sideways: a miss may cost more than a question.
ORDINARY_SURE, ORDINARY_SOFT = 0.003, 0.01
PHRASES_LOST = 0.005  # share of known phrases said in earnest that may be taken for a figure of speech
GRID = np.arange(0.0, 2.01, 0.1)


def calibrate(
    rows: Sequence[Sentence],
    encoder: Mapping[str, np.ndarray],
    linear: Mapping[str, tuple[tuple[str, ...], np.ndarray]],
    classes: Mapping[str, Sequence[str]],
    patterns: Sequence[Mapping[str, float]],
) -> dict[str, float]:
    """Worths and borders, from readings of sentences by models that never saw their authors.

    Args:
        rows: the sentences. encoder: log-probabilities by question. linear: (classes, log-probabilities, or for
            "safety" margins) by question. classes: of the encoder. patterns: what the rules found in each sentence.
    """
    found: dict[str, float] = {}
    whole = np.array([r.weight == 1.0 for r in rows])
    for name in ("intent", "stage"):
        truth = [getattr(r, name) for r in rows]
        asked = np.array([bool(t) for t in truth]) & whole
        order = [linear[name][0].index(k) for k in classes[name]]
        right = np.array([list(classes[name]).index(t) if t else 0 for t in truth])[asked]
        one, other = encoder[name][asked], linear[name][1][asked][:, order]
        best = min(((_surprise(a * one + b * other, right), a, b) for a in GRID for b in GRID), key=lambda t: t[0])
        found[f"{name}.encoder"], found[f"{name}.linear"] = best[1], best[2]
        for label, value in (("encoder", one), ("linear", other), ("both", best[1] * one + best[2] * other)):
            order2 = np.argsort(-value, axis=1)
            print(
                f"{name:<7} {label:<8} unseen authors: top-1 {(order2[:, 0] == right).mean():.1%}, "
                f"top-2 {(order2[:, :2] == right[:, None]).any(axis=1).mean():.1%}"
            )
    return found | _safety(rows, encoder["safety"], linear["safety"], classes["safety"], patterns, whole)


def _surprise(logs: np.ndarray, right: np.ndarray) -> float:
    return -float(log_softmax(logs)[np.arange(len(right)), right].mean())


def _safety(
    rows: Sequence[Sentence],
    encoder: np.ndarray,
    linear: tuple[tuple[str, ...], np.ndarray],
    classes: Sequence[str],
    patterns: Sequence[Mapping[str, float]],
    whole: np.ndarray,
) -> dict[str, float]:
    crisis = np.array([r.safety in CRISIS for r in rows])
    alike = np.array([r.safety == "lookalikes" for r in rows])
    none = list(classes).index(NONE)
    lanes = {}
    for lane in CRISIS:
        far = encoder[:, list(classes).index(lane)] - encoder[:, none]
        margin = linear[1][:, linear[0].index(lane)]
        lanes[lane] = np.stack([far, margin, [p.get(f"safety:{lane}", 0.0) for p in patterns]], axis=1)
    strongest = np.where((lanes["danger"][:, 0] > lanes["risk"][:, 0])[:, None], lanes["danger"], lanes["risk"])
    fit = LogisticRegression(C=10.0, class_weight="balanced", max_iter=2000)
    fit.fit(strongest[whole], crisis[whole])
    encoder_w, linear_w, pattern_w = map(float, fit.coef_[0])
    worth = {
        "safety.encoder": encoder_w,
        "safety.linear": linear_w,
        "safety.pattern": pattern_w,
        "safety.bias": float(fit.intercept_[0]),
    }
    each = np.stack([[crisis_score(*map(float, row), worth) for row in lanes[lane]] for lane in CRISIS])
    score = each.max(axis=0)
    # not the sentences that were written to be as dark as can be without danger: nobody is met by those alone
    common = {r.person for r in rows if r.intent not in ("", "feeling")}
    usual = np.array([r.person in common for r in rows])
    ordinary = np.sort(score[~crisis & ~alike & whole & usual])[::-1]
    dark = score[~crisis & ~alike & whole & ~usual]
    worth["sure"] = float(ordinary[int(len(ordinary) * ORDINARY_SURE)])
    worth["soft"] = float(ordinary[int(len(ordinary) * ORDINARY_SOFT)])
    phrase = np.array([any(k.startswith("safety:") for k in p) for p in patterns])
    worth["far"] = min(worth["soft"], float(np.quantile(score[crisis & whole & phrase], PHRASES_LOST)))
    hits = {"crisis": crisis, "look-alikes": alike, "ordinary": ~crisis & ~alike}
    for name, kind in hits.items():
        mine = score[kind & whole & phrase]
        share = (mine <= worth["far"]).mean()
        print(f"safety  {name}: {len(mine)} known phrases, {share:.1%} taken for a figure of speech")
    for share in (0.001, 0.003, 0.005, 0.01, 0.015, 0.02, 0.03):
        border = float(ordinary[int(len(ordinary) * share)])
        print(
            f"safety  border {border:+.2f}, unseen authors: recall {(score[crisis & whole] > border).mean():.1%}, "
            f"look-alikes {(score[alike & whole] > border).mean():.1%}, ordinary {share:.1%}, "
            f"dark {(dark > border).mean():.1%}"
        )
    return worth
