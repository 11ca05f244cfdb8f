"""Human commands to a coffee maker in kitchen noise: a public benchmark, with its publisher's figures beside ours.

The engine is VoiceHeal's own, its pack is made from the publisher's grammar while this runs. A command counts when the
intent and all slots are right.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from voiceheal.core.meaning import Expect
from voiceheal.core.ports import Recogniser
from voiceheal.hearing.ears import OFF, ON, PREROLL
from voiceheal.hearing.model import load_model
from voiceheal.hearing.recogniser import GrammarRecogniser, Hypothesis, VoskRecogniser
from voiceheal.hearing.vad import BLOCK, SileroVad

from . import _coffee_pack as pack
from ._common import model
from ._understanding_data import Score
from .understanding import show, write

# The publisher's table for kitchen noise (github.com/Picovoice/speech-to-intent-benchmark, plots of 2020), percent.
PUBLISHED = {
    "Picovoice Rhino": {24.0: 99, 18.0: 99, 12.0: 98, 9.0: 97, 6.0: 96},
    "Microsoft LUIS": {24.0: 94, 18.0: 94, 12.0: 90, 9.0: 88, 6.0: 86},
    "IBM Watson": {24.0: 96, 18.0: 94, 12.0: 91, 9.0: 82, 6.0: 69},
    "Amazon Lex": {24.0: 87, 18.0: 87, 12.0: 85, 9.0: 83, 6.0: 79},
    "Google Dialogflow": {24.0: 83, 18.0: 81, 12.0: 77, 9.0: 73, 6.0: 69},
}
GOALS: dict[float | None, float] = {None: 99.5, 12.0: 98.5, 9.0: 98.0, 6.0: 97.0}
TITLE = "Coffee"
TAIL_S = 0.4  # heard on after the last speech, as the ears do before a turn is over
Reading = tuple[str, dict[str, Any]] | None


@dataclass(frozen=True)
class Heard:
    """One recording in one noise: what was meant, and what each way of listening made of it."""

    name: str
    snr_db: float | None
    meant: Reading
    grammar: Reading
    first: Reading
    open: Reading
    opened: bool  # whether open decoding was tried on it, which takes ten times as long
    text: str


def spoken(vad: SileroVad, pcm: pack.Samples) -> pack.Samples:
    """From just before the first speech to just after the last: what the ears give to a recogniser."""
    vad.reset()
    shares = [vad.speech(pcm[at : at + BLOCK]) for at in range(0, len(pcm) - BLOCK + 1, BLOCK)]
    begun = [n for n, share in enumerate(shares) if share >= ON]
    if not begun:
        return pcm[:0]
    end = max(n for n, share in enumerate(shares) if share >= OFF) + 1
    return pcm[max(0, begun[0] + 1 - PREROLL) * BLOCK : end * BLOCK + round(TAIL_S * pack.RATE)]


def hear_all(
    data: Path, noise: Path, levels: Sequence[float | None], most: int, open_every: int, *, tune: bool
) -> Iterator[Heard]:
    """Every recording in every noise; by open decoding only each `open_every`-th."""
    engine = pack.Understood.of(pack.template_file(data / "coffee_maker.yaml"))
    vosk = load_model(model(), "en")
    first: list[str] = []

    def mend(texts: Sequence[Hypothesis], _: Expect) -> Sequence[Hypothesis]:
        first.append(texts[0][0])
        return engine.repairer.mend(texts)

    grammar = GrammarRecogniser(vosk, lambda _: engine.sentences(), mend=mend)
    grammar.expect(Expect())
    anything, vad = VoskRecogniser(vosk), SileroVad()
    sound = pack.load(noise)
    known = {n: v for n, v in pack.labels(data / "label.json").items() if pack.for_tuning(n) or not tune}
    for number, (name, meant) in enumerate(list(known.items())[:most]):
        speech = pack.load(data / "speech" / name)
        for level in levels:
            pcm = spoken(vad, pack.mixed(speech, sound, level, name))
            first.clear()
            text = _text(grammar, pcm)
            baseline = engine.read(_text(anything, pcm)) if number % open_every == 0 else None
            readings = engine.read(text), engine.read("".join(first)), baseline
            yield Heard(name, level, meant, *readings, number % open_every == 0, text)


def _text(recogniser: Recogniser, pcm: pack.Samples) -> str:
    for at in range(0, len(pcm), BLOCK):
        recogniser.accept(pcm[at : at + BLOCK])
    return next(iter(recogniser.final()), ("", 0.0))[0]


def rows(heard: Sequence[Heard], levels: Sequence[float | None]) -> list[tuple[str, ...]]:
    """A row for each noise."""
    found = []
    for level in levels:
        mine = [h for h in heard if h.snr_db == level]
        held = [h for h in mine if not pack.for_tuning(h.name)]
        goal = f">= {GOALS[level]:g}%" if level in GOALS else ""
        others = (f"{PUBLISHED[name][level]}%" if level is not None else "" for name in PUBLISHED)
        wrong = score([h.grammar is not None and h.grammar != h.meant for h in mine])
        cells = (
            _right(mine),
            _right(held),
            goal,
            _percent(wrong),
            _right(mine, "first"),
            _right([h for h in mine if h.opened], "open"),
        )
        found.append(("clean" if level is None else f"{level:g} dB", *cells, *others))
    return found


def _right(several: Sequence[Heard], way: str = "grammar") -> str:
    return _percent(score([getattr(h, way) == h.meant for h in several]))


def score(good: Sequence[bool]) -> Score:
    """How many are so."""
    total = Score()
    for one in good:
        total.add(one)
    return total


def _percent(s: Score) -> str:
    return f"{s.right / s.of:.1%} ({s.right}/{s.of})" if s.of else "-"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench coffee", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="coffee_maker.yaml, label.json, speech/"
    )
    parser.add_argument("--noise", type=Path, metavar="FILE", help="default: DIR/kitchen-noise.flac")
    parser.add_argument("--snr", type=float, nargs="*", default=[24, 18, 12, 9, 6], metavar="DB")
    parser.add_argument("-n", type=int, default=10_000, help="at most so many recordings")
    parser.add_argument("--open-every", type=int, default=4, metavar="N", help="open decoding of each N-th only (4)")
    parser.add_argument("--tune", action="store_true", help="only the half that may be looked at; print its misses")
    parser.add_argument("--write", action="store_true", help="also put the table into docs/benchmarks.md")
    args = parser.parse_args()
    levels: list[float | None] = [None, *args.snr]
    began = time.perf_counter()
    heard = []
    noise = args.noise or args.data / "kitchen-noise.flac"
    with contextlib.suppress(KeyboardInterrupt):  # then the tables are of what was heard until then
        for one in hear_all(args.data, noise, levels, args.n, args.open_every, tune=args.tune):
            heard.append(one)
            if args.tune and one.grammar != one.meant:
                print(f"{one.snr_db}  {one.text}   meant {one.meant}", flush=True)
    spent = time.perf_counter() - began
    head = ("kitchen noise", "VoiceHeal", "of these, not tuned on", "goal", "taken for another order")
    table = (
        "Orders right (intent and all slots)",
        (*head, "without mending", "open decoding, exact template", *PUBLISHED),
        rows(heard, levels),
    )
    known = len(pack.labels(args.data / "label.json"))
    about = f"{len({h.name for h in heard})} of {known} recordings in {len(levels)} noises, {spent:.0f} s"
    print(about)
    show(*table)
    if args.write:
        write(TITLE, f"`scripts/bench coffee` on {date.today().isoformat()}: {about}.", [table])


if __name__ == "__main__":
    main()
