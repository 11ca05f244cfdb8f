"""Our own commands in noise: how many are right, how many wrong, and how often something else is taken for one.

Commands are those of tests/en/intents that nothing was tuned on; free answers are the held-out authors', whose words
are never printed; with --data the publisher's coffee orders are human speech that means nothing to VoiceHeal.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import shutil
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.rig import people, sound
from voiceheal import app
from voiceheal.core.doubts import asked_first, meaning_of
from voiceheal.core.events import Utterance
from voiceheal.core.meaning import FREE_INTENTS, Expect, Kind, Meaning
from voiceheal.hearing.ears import Ears
from voiceheal.hearing.vad import BLOCK
from voiceheal.listening import build_ears
from voiceheal.settings import Settings

from . import _coffee_pack as coffee
from . import _commands_people as who
from .understanding import show, write

TITLE = "Commands in noise"
CLEAN, QUIET = "clean", "clean, 20 dB quieter"
RIGHT, WRONG, ASKED, FREE = "right", "wrong", "asked first", "not taken"
COMMANDS, ANSWERS, ORDERS = "commands", "free answers", "human orders"


@dataclass(frozen=True)
class Result:
    """One recording: what was said, in what noise, by whom, and what became of it."""

    said: str
    noise: str
    voice: str
    came: str
    how: str = ""


class Listener:
    """The live pipeline in audio time."""

    def __init__(self, built: app.App) -> None:
        self._ears: Ears = build_ears(built)
        self._understanding = app.TwoEars(built.engine)

    def meanings(self, pcm: sound.Samples, expect: Expect) -> list[Meaning]:
        """What each turn of a recording means."""
        self._ears.expect(expect)
        heard: list[Utterance] = []
        for at in range(0, len(pcm), BLOCK):
            heard += [e for e in self._ears.feed(pcm[at : at + BLOCK]) if isinstance(e, Utterance)]
        heard += [e for e in self._ears.flush() if isinstance(e, Utterance)]
        return [meaning_of(self._understanding, u, expect) for u in heard if u.text or u.command]


def outcome(said: who.Saying, meanings: Sequence[Meaning]) -> tuple[str, str]:
    """What became of a sentence, and which reading decided: the first turn that is taken for a command counts."""
    for meaning in meanings:
        if meaning.intent in FREE_INTENTS:
            continue
        right = meaning.intent == said.intent and dict(meaning.slots) == said.slots
        if asked_first(meaning):
            return ASKED, meaning.how
        return (RIGHT if right else WRONG), meaning.how
    return FREE, ""


def results(
    built: app.App, each: int, noise: Path | None, data: Path | None, *, tune: bool, commands_only: bool
) -> Iterator[Result]:
    """Everything that is measured; `commands_only`: only commands, and only in noise."""
    listener = Listener(built)
    noises = who.noises(noise)
    if commands_only:
        for several in _spoken(
            listener, COMMANDS, who.commands(built.engine, each, tune=tune), Expect(), noises, noises
        ):
            yield from several
        return
    ways = [
        _spoken(listener, COMMANDS, who.commands(built.engine, each, tune=tune), Expect(), noises),
        _spoken(listener, ANSWERS, who.answers(each, tune=tune), Expect(Kind.OPEN), noises),
        _spoken(listener, f"{ANSWERS}, nothing asked", who.answers(each, tune=tune), Expect(), noises),
    ]
    if data is not None:
        ways.append(_orders(listener, data, each * len(who.VOICES), tune=tune))
    for several in itertools.zip_longest(*ways):  # in turns: a run that is cut short has heard some of everything
        for one in several:
            yield from one or ()


def _spoken(
    listener: Listener,
    kind: str,
    several: Sequence[who.Saying],
    expect: Expect,
    noises: Mapping[str, who.Sound],
    only: Collection[str] = (),
) -> Iterator[list[Result]]:
    each = len(several) // len(who.VOICES)
    order = [n for m in range(each) for n in range(m, len(several), each)]  # voice after voice
    for place, n in enumerate(order):
        said = several[n]
        spoken = people.spoken(said.text, said.voice)
        found = []
        for name in (CLEAN, QUIET, list(noises)[(place + place // len(who.VOICES)) % len(noises)]):
            if (name == QUIET and kind != COMMANDS) or (only and name not in only):
                continue
            pcm = who.in_room(spoken, noises.get(name), who.SNR_DB, n, 20.0 if name == QUIET else 0.0)
            found.append(Result(kind, name, said.voice, *outcome(said, listener.meanings(pcm, expect))))
        yield found


def _orders(listener: Listener, data: Path, most: int, *, tune: bool) -> Iterator[list[Result]]:
    noise = coffee.load(data / "kitchen-noise.flac")
    names = [n for n in coffee.labels(data / "label.json") if coffee.for_tuning(n) == tune]
    for name in names[:most]:
        speech = coffee.load(data / "speech" / name)
        found = []
        for label, snr_db in ((CLEAN, None), ("kitchen", who.SNR_DB)):
            meanings = listener.meanings(coffee.mixed(speech, noise, snr_db, name), Expect())
            found.append(Result(ORDERS, label, "human", *outcome(who.Saying("", "human"), meanings)))
        yield found


def tables(found: Sequence[Result]) -> list[tuple[str, Sequence[str], list[tuple[str, ...]]]]:
    """All figures."""
    names = list(dict.fromkeys(r.noise for r in found))
    noisy = [n for n in names if n not in (CLEAN, QUIET)]
    groups: list[tuple[str, list[str]]] = [(n, [n]) for n in (CLEAN, QUIET)]
    groups += [("10 dB, all noises", noisy), *((f"10 dB, {n}", [n]) for n in noisy)]
    commands = [r for r in found if r.said == COMMANDS]
    said = [_row(label, [r for r in commands if r.noise in mine]) for label, mine in groups]
    voices = [
        _row(f"{voice}, {label}", [r for r in commands if r.voice == voice and r.noise in mine])
        for voice in who.VOICES
        for label, mine in groups[:1] + groups[2:3]
    ]
    others = [
        _row(f"{kind}, {label}", [r for r in found if r.said == kind and r.noise in mine])
        for kind in dict.fromkeys(r.said for r in found if r.said != COMMANDS)
        for label, mine in groups[:3]
    ]
    head = ("commands", RIGHT, WRONG, ASKED, FREE)
    return [
        ("Commands (goal at 10 dB: right >= 97 %, wrong <= 0.5 %)", head, [r[:5] for r in said if r]),
        ("Each voice", head, [r[:5] for r in voices if r]),
        (
            "No commands (goal: taken for one <= 0.3 %)",
            ("said", "taken for a command", "by the grammar", ASKED),
            [(r[0], r[2], r[5], r[3]) for r in others if r],
        ),
    ]


def _row(label: str, mine: Sequence[Result]) -> tuple[str, ...]:
    if not mine:
        return ()
    shares = [sum(r.came == came for r in mine) for came in (RIGHT, WRONG, ASKED, FREE)]
    shares.append(sum(r.came == WRONG and r.how == "grammar" for r in mine))
    return (label, *(f"{n / len(mine):.1%} ({n}/{len(mine)})" for n in shares))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench commands", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-n", type=int, default=30, help="sentences of each kind and voice (30)")
    parser.add_argument("--noise", type=Path, metavar="FILE", help="another noise, such as a kitchen's")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the coffee recordings: human speech, no commands")
    parser.add_argument("--commands-only", action="store_true", help="only commands, and only in noise")
    parser.add_argument("--tune", action="store_true", help="the half of the sentences that may be tuned on")
    parser.add_argument("--write", action="store_true", help="also put the tables into docs/benchmarks.md")
    args = parser.parse_args()
    lacking = [tool for tool in ("flite", "espeak-ng", "sox") if shutil.which(tool) is None]
    if lacking:
        raise SystemExit(f"bench: NOT MEASURED: {', '.join(lacking)} missing; scripts/setup --dev installs it.")
    began = time.perf_counter()
    found: list[Result] = []
    with contextlib.suppress(KeyboardInterrupt):  # then the tables are of what was heard until then
        built, flags = app.build(Settings()), {"tune": args.tune, "commands_only": args.commands_only}
        for one in results(built, args.n, args.noise, args.data, **flags):
            found.append(one)
            if args.tune and one.came != (RIGHT if one.said == COMMANDS else FREE):
                print(one, flush=True)
    about = f"{len(found)} recordings, {time.perf_counter() - began:.0f} s"
    print(about)
    for table in tables(found):
        show(*table)
    if args.write:
        write(TITLE, f"`scripts/bench commands -n {args.n}` on {date.today().isoformat()}: {about}.", tables(found))


if __name__ == "__main__":
    main()
