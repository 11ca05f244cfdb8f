"""What the engine makes of labelled sentences, counted: intents, slots, stages, safety, how sure it is, how quick."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from voiceheal.core.meaning import FREE_INTENTS, INTENTS, STAGES, Meaning

from ._common import p95
from ._understanding_data import HAPPENED, Score, Sentence, calibration_error, drawn, ranked, same_slots

LONG_WORDS, LONG_SENTENCES = 40, 100
NONE = "none"
Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class Read:
    """A sentence, what was made of it, and how long that took (ms)."""

    said: Sentence
    got: Meaning
    ms: float = 0.0

    @property
    def intent_right(self) -> bool:
        """Whether the intent is the one that was meant."""
        return self.got.intent == self.said.intent


def read_all(engine: Any, several: Iterable[Sentence]) -> list[Read]:
    """Understand every sentence, out of the blue."""
    found = []
    for said in several:
        began = time.perf_counter()
        got = engine.understand(said.text)
        found.append(Read(said, got, (time.perf_counter() - began) * 1e3))
    return found


def score(goods: Iterable[bool]) -> Score:
    """Count what is true."""
    several = list(goods)
    return Score(sum(several), len(several))


def summary(reads: Sequence[Read]) -> Rows:
    """Figure, measured, goal."""
    ordinary = [r for r in reads if r.said.intent]
    told = [r for r in reads if r.said.stage in STAGES]
    return [
        ("intent, all sentences", str(score(r.intent_right for r in ordinary)), ">= 93 %"),
        ("intent, commands only", str(score(r.intent_right for r in ordinary if r.said.intent != "feeling")), ""),
        *_scope_rows(ordinary),
        *_slot_rows(ordinary),
        ("stage, strongest", str(score(r.got.stage == r.said.stage for r in told)), ">= 82 %"),
        ("stage, among first two", str(score(r.said.stage in ranked(r.got)[:2] for r in told)), ">= 94 %"),
        ("stage, first two also where none was named", str(score(r.said.stage in _two(r) for r in told)), ""),
        ("happened: no stage", str(score(r.got.stage is None for r in reads if r.said.stage == HAPPENED)), ""),
        *_safety_rows(reads),
        ("calibration error of confidence", f"{_calibration(ordinary):.3f}", ""),
    ]


def _two(read: Read) -> list[str]:
    return sorted(read.got.stages, key=lambda s: -read.got.stages[s])[:2]


def _scope_rows(ordinary: Sequence[Read]) -> Rows:
    outside = [r for r in ordinary if r.said.intent == "out_of_scope"]
    return [
        ("out of scope: not a command", str(score(r.got.intent in FREE_INTENTS for r in outside)), ">= 95 %"),
        ("out of scope: named so", str(score(r.intent_right for r in outside)), ""),
        (
            "commands and feelings dropped as out of scope",
            str(score(r.got.intent == "out_of_scope" for r in ordinary if r.said.intent != "out_of_scope")),
            "",
        ),
    ]


def _slot_rows(ordinary: Sequence[Read]) -> Rows:
    slotted = [r for r in ordinary if r.said.slots]
    right = [r for r in slotted if r.intent_right]
    bare = [r for r in ordinary if r.intent_right and not r.said.slots]
    return [
        ("slots exact, where the intent is right", str(score(_slots(r) for r in right)), ">= 97 %"),
        ("slots exact, all sentences with slots", str(score(r.intent_right and _slots(r) for r in slotted)), ""),
        ("slots found where none are", str(score(bool(r.got.slots) for r in bare)), ""),
    ]


def _slots(read: Read) -> bool:
    return same_slots(read.said.slots, read.got.slots)


def _safety_rows(reads: Sequence[Read]) -> Rows:
    crisis = [r for r in reads if r.said.safety in ("risk", "danger")]
    calm = {
        "look-alikes": ([r for r in reads if r.said.safety == "lookalikes"], "<= 5 %"),
        "ordinary sentences": ([r for r in reads if r.said.intent], "<= 0.3 %"),
    }
    rows: Rows = [("crisis noticed", str(score(r.got.safety is not None for r in crisis)), ">= 98 %")]
    for lane in ("risk", "danger"):
        rows.append(
            (
                f"crisis noticed, {lane}",
                str(score(r.got.safety is not None for r in crisis if r.said.safety == lane)),
                "",
            )
        )
    noticed = [r for r in crisis if r.got.safety is not None]
    rows.append(("of these in the right lane", str(score(r.got.safety == r.said.safety for r in noticed)), ""))
    rows.append(("of these for sure, no soft question", str(score(not r.got.unsure for r in noticed)), ""))
    for name, (several, goal) in calm.items():
        rows.append((f"alarms on {name}", str(score(r.got.safety is not None for r in several)), goal))
        loud = score(r.got.safety is not None and not r.got.unsure for r in several)
        rows.append((f"alarms on {name}, without a soft question", str(loud), ""))
    return rows


def _calibration(ordinary: Sequence[Read]) -> float:
    return calibration_error([(r.got.confidence, r.intent_right) for r in ordinary])


def bins(reads: Sequence[Read]) -> Rows:
    """Ten steps of confidence: sentences, mean confidence, share that was right."""
    rows: Rows = []
    ordinary = [r for r in reads if r.said.intent]
    for n in range(10):
        inside = [r for r in ordinary if min(9, int(r.got.confidence * 10)) == n]
        if inside:
            mean = statistics.fmean(r.got.confidence for r in inside)
            right = score(r.intent_right for r in inside).share
            rows.append((f"{n / 10:.1f} - {(n + 1) / 10:.1f}", str(len(inside)), f"{mean:.2f}", f"{right:.2f}"))
    return rows


def by_intent(reads: Sequence[Read]) -> Rows:
    """Intent, right, share, and what it was taken for most often."""
    rows: Rows = []
    for intent in INTENTS:
        mine = [r for r in reads if r.said.intent == intent]
        if mine:
            wrong = Counter(r.got.intent for r in mine if not r.intent_right).most_common(3)
            taken = ", ".join(f"{name} {n}" for name, n in wrong)
            good = score(r.intent_right for r in mine)
            rows.append((intent, f"{good.right}/{good.of}", f"{good.share:.0%}", taken))
    return rows


def confusion(reads: Sequence[Read]) -> Rows:
    """A row for each stage that was meant, a column for each that was heard."""
    rows: Rows = []
    for stage in (*STAGES, HAPPENED):
        heard = Counter(r.got.stage or NONE for r in reads if r.said.stage == stage)
        rows.append((stage, *(str(heard[s]) for s in (*STAGES, NONE))))
    return rows


def speed(engine: Any, reads: Sequence[Read], load_s: float) -> Rows:
    """Figure, measured, goal."""
    words = [w for r in drawn((r.said for r in reads), 40) for w in r.text.split()]
    cuts = [words[n * LONG_WORDS : (n + 1) * LONG_WORDS] for n in range(min(LONG_SENTENCES, len(words) // LONG_WORDS))]
    long = [r.ms for r in read_all(engine, [Sentence(" ".join(cut), "") for cut in cuts])]
    ms = [r.ms for r in reads]
    rows: Rows = [
        ("load, with the first sentence", f"{load_s * 1e3:.0f} ms", ""),
        (
            "a sentence",
            f"median {statistics.median(ms):.1f} ms, p95 {p95(ms):.1f} ms, most {max(ms):.0f} ms",
            "p95 <= 5 ms",
        ),
    ]
    if long:
        spent = f"median {statistics.median(long):.1f} ms, p95 {p95(long):.1f} ms, most {max(long):.0f} ms"
        rows.append((f"a sentence of {LONG_WORDS} words (cut from several)", spent, "< 50 ms"))
    return rows


def misses(reads: Sequence[Read]) -> Iterable[str]:
    """Sentences that were misunderstood. Only for sentences that may be looked at: never the held-out ones."""
    for r in reads:
        s, got = r.said, r.got
        bad = []
        if s.intent and not r.intent_right:
            bad.append(f"intent {s.intent} taken for {got.intent}")
        elif s.slots and not _slots(r):
            bad.append(f"slots {dict(s.slots)} taken for {dict(got.slots)}")
        if s.stage and got.stage != (s.stage if s.stage in STAGES else None):
            bad.append(f"stage {s.stage} taken for {got.stage}")
        if (got.safety is not None) != (s.safety in ("risk", "danger")):
            bad.append(f"safety {s.safety or NONE} taken for {got.safety}")
        if bad:
            yield f"{s.text!r} ({s.author}): {'; '.join(bad)} ({got.how}, {got.confidence:.2f})"
