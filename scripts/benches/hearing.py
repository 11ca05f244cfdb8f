"""How well the ears work: over our own voice, in rooms, in noise; how soon, how often wrongly, and at what cost.

Everything is simulated in audio time through the product's own hearing: image-source rooms (RT60 0.2-0.8 s), a
loudspeaker that distorts, clocks that drift by up to 100 ppm, another room every 64 s with a jump of the delay of up to
8 ms. Voices and rooms are others than those that settings were tuned with. `--quick` takes a few minutes.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from voiceheal import app
from voiceheal.core.doubts import asked_first
from voiceheal.core.meaning import BEGIN_INTENTS, GLOBAL_INTENTS, Expect, Kind
from voiceheal.hearing.duplex import Duplex
from voiceheal.settings import Settings

from . import _hearing_people as folk
from ._common import p95
from ._hearing_loop import RATE, Result, Spoken, Taken, outcome, place, run
from ._rooms import REPORT_SEED, TUNING_SEED, draw_room

ROOMS = 16
NOISE_10_DB = folk.PERSON_RMS / 10**0.5
PARTS = ("barge", "turns", "commands", "cost", "own")
STOP_FAMILY = ("stop", "pause")
COMMANDS = frozenset(GLOBAL_INTENTS + BEGIN_INTENTS)


class Bench:
    """What all parts share."""

    def __init__(self, quick: bool, most: int, *, tune: bool = False) -> None:
        self.quick = quick
        self.voices: Sequence[folk.Voice] = folk.TUNING if tune else folk.REPORT
        self.most = 12 if quick else most
        self.conditions = 2 if quick else None
        self.built = app.build(Settings())
        self.lines = folk.own_lines(40 if quick else 240, 11)
        self.rooms = [draw_room((TUNING_SEED if tune else REPORT_SEED) + n) for n in range(ROOMS)]

    def said(
        self, texts: Sequence[tuple[str, str]], voices: Sequence[folk.Voice]
    ) -> list[tuple[str, str, folk.Floats]]:
        """Every text in every voice, mixed."""
        every = [(text, intent, voice) for voice in voices for text, intent in texts]
        random.Random(4).shuffle(every)
        return [(text, intent, folk.says(text, tuple(voice))) for text, intent, voice in every[: self.most]]

    def quiet(self, spoken: Sequence[Spoken], **more: object) -> Result:
        """Listen to a person while nothing of ours sounds."""
        seconds = spoken[-1].end / RATE + 4
        return run(self.built, self.rooms, [], spoken, seconds, level_db=None, duplex=None, **more)  # type: ignore[arg-type]


def right(s: Spoken, t: Taken | None) -> bool:
    """Whether what was taken is what was meant."""
    return t is not None and t.meaning.intent == s.intent and not asked_first(t.meaning)


def acted(t: Taken) -> bool:
    """Whether it is taken for a command and done without a question."""
    return t.meaning.intent in COMMANDS and not asked_first(t.meaning)


def share(hits: int, of: int) -> str:
    """A share with its numbers."""
    return f"{hits / of:.1%} ({hits}/{of})" if of else "-"


def late(pairs: Sequence[tuple[Spoken, Taken | None]]) -> str:
    """Median and 95th percentile from the end of what was said to the decision, ms."""
    took = [t.said.decided_s - s.end / RATE for s, t in pairs if t is not None and right(s, t)]
    return f"{1000 * float(np.median(took)):.0f} / {1000 * p95(took):.0f}" if took else "-"


def rows(title: str, head: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    """A table as in docs/benchmarks."""
    print(f"\n### {title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in body:
        print(f"| {' | '.join(row)} |", flush=True)


# ---- parts ----------------------------------------------------------------------------------------------------------
def barge(b: Bench) -> None:
    """Commands over our own voice."""
    texts = [*folk.STOPS.items(), *folk.OTHERS.items()]
    kinds: list[tuple[str, float, Sequence[folk.Voice], Callable[[], dict[str, object]]]] = [
        ("VoiceHeal, 0 dB", 0.0, b.voices, lambda: {"duplex": Duplex()}),
        ("VoiceHeal, +6 dB", 6.0, b.voices, lambda: {"duplex": Duplex()}),
        ("VoiceHeal, no echo (headphones)", -80.0, b.voices[:2], lambda: {"duplex": Duplex()}),
        ("VoiceHeal, 0 dB, espeak-ng voices", 0.0, folk.HARD[:1], lambda: {"duplex": Duplex()}),
        ("no canceller, 0 dB", 0.0, b.voices[:1], lambda: {"duplex": None}),
        ("toy loop (half duplex), 0 dB", 0.0, b.voices[:1], lambda: {"duplex": None, "toy": True}),
    ]
    body = []
    for name, level, voices, make in kinds[: b.conditions]:
        spoken = place(b.said(texts, voices), b.rooms, 5.0, 64.0, 7)
        seconds = spoken[-1].end / RATE + 4
        result = run(b.built, b.rooms, b.lines, spoken, seconds, level_db=level, jumps=True, **make())  # type: ignore[arg-type]
        pairs = outcome(result, spoken)
        stops = [(s, t) for s, t in pairs if s.intent in STOP_FAMILY]
        wrong = [t for s, t in pairs if t is not None and not right(s, t) and acted(t)]
        counts = (
            share(sum(right(*p) for p in stops), len(stops)),
            share(sum(right(*p) for p in pairs), len(pairs)),
            share(len(wrong), len(pairs)),
        )
        body.append([name, *counts, late(stops), late(pairs)])
        print("so far:", " | ".join(body[-1]))
        missed = Counter(f"{s.text} -> {t.said.text if t else 'nothing'}" for s, t in pairs if not right(s, t))
        print("missed:", dict(missed), flush=True)
    head = (
        "over our own voice",
        "stop family",
        "all words",
        "another command instead",
        "stop: ms",
        "all: ms (p50 / p95)",
    )
    rows("Barge-in", head, body)


def own(b: Bench, hours: float) -> None:
    """Our own voice alone, as loud as a person: what is taken for one."""
    chunk = 300.0 if b.quick else 900.0
    total, found, muted = 0.0, Counter[str](), 0
    while total < hours * 3600 - 1:
        first = round(total / chunk) * 5
        rooms = (b.rooms + b.rooms)[first % ROOMS :][:ROOMS]
        lines = b.lines[first * 7 % len(b.lines) :] + b.lines[: first * 7 % len(b.lines)]
        result = run(b.built, rooms, lines, [], chunk, level_db=0.0, duplex=Duplex(), jumps=True, seed=round(total) + 1)
        total += chunk
        muted += result.muted
        for t in result.taken:
            found["asked" if asked_first(t.meaning) else t.meaning.intent] += 1
            print(f"  own: {t.meaning.intent} {t.said.text!r} while {t.line[:50]!r}")
        stops = sum(found[i] for i in STOP_FAMILY)
        commands = sum(n for i, n in found.items() if i in COMMANDS)
        free = sum(found.values()) - commands - found["asked"]
        rows(
            f"Own voice alone, 0 dB, {total / 3600:.2f} h",
            ("false stops", "false commands of any kind", "asked about", "free speech taken", "muted (not proved yet)"),
            [[str(stops), str(commands), str(found["asked"]), str(free), f"{muted * 0.032 / total:.1%}"]],
        )


def turns(b: Bench) -> None:
    """Free answers with a pause inside: cut early? Taken for a command?"""
    rng = np.random.default_rng(8)
    body = []
    for name, noise, more in (
        ("VoiceHeal", None, {}), ("VoiceHeal, 10 dB noise", NOISE_10_DB, {}), ("toy loop", None, {"toy": True}),
    ):  # fmt: skip
        halves = [(x, y, v) for v in b.voices for x, y in folk.ANSWERS]
        rng.shuffle(halves)
        halves = halves[: b.most]
        texts, ends = [], []
        for x, y, v in halves:
            one, two = (folk.says(t, tuple(v)) for t in (x, y))
            pause = round(rng.uniform(0.3, 1.2) * RATE)
            texts.append((f"{x} {y}", "feeling", np.concatenate([one, np.zeros(pause), two])))
            ends.append(len(one) + pause)
        spoken = place(texts, b.rooms, 4.0, 64.0, 9)
        extra = {**more, **({"noise": noise} if noise else {})}
        result = b.quiet(spoken, expect=Expect(Kind.OPEN), **extra)
        cut = sum(
            any(s.start / RATE < t.said.decided_s < (s.start + e) / RATE for t in result.taken)
            for s, e in zip(spoken, ends, strict=True)
        )
        commands = [t for t in result.taken if acted(t)]
        took = [
            t.said.decided_s - s.end / RATE
            for s in spoken
            for t in result.taken
            if 0 < t.said.decided_s - s.end / RATE < 3.5
        ]
        body.append(
            [name, share(cut, len(spoken)), share(len(commands), len(spoken)),
             f"{1000 * float(np.median(took)):.0f} / {1000 * p95(took):.0f}" if took else "-"]
        )  # fmt: skip
        print("taken for a command:", [(t.said.text, t.meaning.intent) for t in commands], flush=True)
    rows(
        "Free answers with a pause of 0.3-1.2 s", ("", "cut early", "taken for a command", "end -> decision, ms"), body
    )


def commands(b: Bench) -> None:
    """Commands in silence and in noise."""
    body = []
    for name, noise, more in (
        ("VoiceHeal", None, {}), ("VoiceHeal, 10 dB noise", NOISE_10_DB, {}), ("toy loop", None, {"toy": True}),
    ):  # fmt: skip
        spoken = place(b.said([*folk.SIMPLE, *folk.LONGER], b.voices), b.rooms, 3.0, 64.0, 10)
        result = b.quiet(spoken, **{**more, **({"noise": noise} if noise else {})})
        pairs = outcome(result, spoken)
        took = [(s, t) for s, t in pairs if t is not None and not right(s, t)]
        wrong = [(s.text, t.said.text, t.meaning.intent) for s, t in took if acted(t)]
        asked = sum(t.meaning.intent in COMMANDS and asked_first(t.meaning) for _, t in took)
        short = [p for p in pairs if (p[0].text, p[0].intent) in folk.SIMPLE]
        good = sum(right(*p) for p in pairs)
        counts = [share(n, len(pairs)) for n in (good, len(wrong), asked)]
        body.append([name, *counts, late(pairs), late(short)])
        missed = [(s.text, t and t.said.text) for s, t in pairs if not right(s, t)]
        print("wrong:", wrong, "missed:", missed, flush=True)
    rows("Commands", ("", "right", "another command", "asked first", "end -> decision, ms, all", "simple ones"), body)


def cost(b: Bench, hours: float) -> None:
    """Processor and memory."""
    silent = 60.0 if b.quick else 300.0
    began = time.process_time()
    run(b.built, b.rooms, [], [], silent, level_db=None, duplex=None)
    idle = (time.process_time() - began) / silent
    texts = b.said([(f"{x} {y}", "feeling") for x, y in folk.ANSWERS], b.voices[:1])
    spoken = place(texts, b.rooms, 0.6, 64.0, 9, first_s=0.5)
    seconds = spoken[-1].end / RATE
    began = time.process_time()
    run(b.built, b.rooms, [], spoken, seconds, level_db=None, duplex=None, expect=Expect(Kind.OPEN))
    talking = (time.process_time() - began) / seconds
    memory = [_resident_mb()]
    for _ in range(4):
        run(b.built, b.rooms, [], spoken, hours * 900, level_db=None, duplex=None, expect=Expect(Kind.OPEN))
        memory.append(_resident_mb())
    rows(
        "Cost",
        ("silence, of a core", "a person talks", "memory, MB, quarter by quarter", "most, MB"),
        [[f"{idle:.1%}", f"{talking:.1%}", ", ".join(f"{m:.0f}" for m in memory), f"{_most_mb():.0f}"]],
    )


def _resident_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def _most_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="small samples, a few minutes")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--most", type=int, default=88, help="sentences of each condition")
    parser.add_argument("--tune", action="store_true", help="the voices and rooms that settings may be tuned with")
    parser.add_argument("--hours", type=float, default=2.0, help="of our own voice alone")
    args = parser.parse_args()
    b = Bench(args.quick, args.most, tune=args.tune)
    hours = 300 / 3600 if args.quick else args.hours
    parts: dict[str, Callable[[], None]] = {
        "barge": lambda: barge(b), "turns": lambda: turns(b), "commands": lambda: commands(b),
        "cost": lambda: cost(b, hours), "own": lambda: own(b, hours),
    }  # fmt: skip
    for part in args.parts:
        parts[part]()


if __name__ == "__main__":
    main()
