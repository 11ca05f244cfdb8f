"""How well sentences are understood: the held-out fifth of all authors, as text or spoken; peers beside it.

Of the held-out sentences only figures are printed, never the words: whoever reads them could tune to them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from voiceheal import app
from voiceheal.core.meaning import FREE_INTENTS, STAGES
from voiceheal.errors import VoiceHealError
from voiceheal.settings import Settings

from . import _understanding_cases as cases
from . import _understanding_peers as others
from . import _understanding_spoken as spoken
from . import _understanding_text as measured
from ._understanding_data import EXAMPLES, HELD_OUT, ROOT, Sentence, also_in, markdown, put_section, ranked, sentences

DOCS = ROOT / "docs" / "benchmarks.md"
TITLE, TITLE_SPOKEN = "Understanding", "Understanding of speech"
FIGURE = ("figure", "measured", "goal")
Table = tuple[str, Sequence[str], Sequence[tuple[str, ...]]]  # title, names of the columns, rows


def show(title: str, head: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Print one table."""
    widths = [max(len(line[n]) for line in (head, *rows)) for n in range(len(head))]
    print(f"\n{title}")
    for line in (head, *rows):
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def text_tables(engine: Any, reads: Sequence[measured.Read], load_s: float) -> list[Table]:
    """All tables about typed sentences."""
    return [
        ("Typed sentences", FIGURE, measured.summary(reads)),
        ("Speed", FIGURE, measured.speed(engine, reads, load_s)),
        ("Stages: meant (rows), heard (columns)", ("meant", *STAGES, measured.NONE), measured.confusion(reads)),
        ("Intents", ("intent", "right", "share", "taken for"), measured.by_intent(reads)),
        ("Confidence", ("confidence", "sentences", "mean", "right"), measured.bins(reads)),
    ]


def peer_table(built: app.App, reads: Sequence[measured.Read], load_s: float) -> Table:
    """The same figures of every way to understand, ours first."""

    def ours(text: str) -> others.Answer:
        got = built.engine.understand(text)
        return others.Answer(got.intent, ranked(got), got.safety is not None)

    rows = [_peer_row(others.Peer("VoiceHeal", ours, load_s), reads)]
    for peer in others.peers(built.pack, sentences(EXAMPLES)):
        if isinstance(peer, str):
            print(peer)
        else:
            rows.append(_peer_row(peer, reads))
    head = ("trained on the same examples", "intent", "out of scope kept out", "stage", "stage in 2", "crisis noticed")
    return ("Peers", (*head, "alarms on look-alikes", "ms a sentence", "ready in"), rows)


def _peer_row(peer: others.Peer, reads: Sequence[measured.Read]) -> tuple[str, ...]:
    found: list[tuple[Sentence, others.Answer]] = []
    ms = []
    for r in reads:
        began = time.perf_counter()
        found.append((r.said, peer.read(r.said.text)))
        ms.append((time.perf_counter() - began) * 1e3)
    intent = measured.score(a.intent == s.intent for s, a in found if s.intent)
    outside = measured.score(a.intent in FREE_INTENTS for s, a in found if s.intent == "out_of_scope")
    told = [(s, a.stages) for s, a in found if s.stage in STAGES and a.stages is not None]
    first = measured.score(s.stage in stages[:1] for s, stages in told)
    second = measured.score(s.stage in stages[:2] for s, stages in told)
    crisis = measured.score(bool(a.alarm) for s, a in found if s.safety in ("risk", "danger") and a.alarm is not None)
    alike = measured.score(bool(a.alarm) for s, a in found if s.safety == "lookalikes" and a.alarm is not None)
    shares = (f"{x.share:.1%}" if x.of else "-" for x in (intent, outside, first, second, crisis, alike))
    return (peer.name, *shares, f"{statistics.median(ms):.2f}", f"{peer.ready_s:.1f} s")


def write(title: str, intro: str, tables: Sequence[Table]) -> None:
    """Put the tables into docs/benchmarks.md."""
    body = [intro, *(f"### {name}\n\n{markdown(head, rows)}" for name, head, rows in tables)]
    put_section(DOCS, title, "\n\n".join(body))
    print(f"\nwritten: {DOCS.relative_to(ROOT)}, section {title!r}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench understanding", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--on",
        choices=("held_out", "examples", "cases"),
        default="held_out",
        help="held_out: what nothing was tuned on (default); examples: what the weights come from; cases: tests/en",
    )
    parser.add_argument("--show-misses", action="store_true", help="print what is misunderstood; not of held_out")
    parser.add_argument("--no-peers", action="store_true", help="leave out the other ways to understand")
    parser.add_argument(
        "--spoken", nargs="?", type=int, const=20, metavar="N", help="spoken: N sentences a voice and condition (20)"
    )
    parser.add_argument("--write", action="store_true", help="also put the tables into docs/benchmarks.md")
    args = parser.parse_args()
    if args.show_misses and args.on == "held_out":
        parser.error("held-out sentences are not shown: use --on examples")
    if args.write and args.on != "held_out":
        parser.error("only figures of the held-out sentences are written down")
    if args.spoken is not None and (args.spoken < 1 or args.on == "cases"):
        parser.error("--spoken takes a number from 1, and goes with held_out or examples")
    return args


def main() -> None:
    """Measure and print."""
    args = _arguments()
    began = time.perf_counter()
    try:
        built = app.build(Settings())
        built.engine.understand("warm up, if you please")
        load_s = time.perf_counter() - began
        if args.on == "cases":
            cases.run(built.engine, args.show_misses)
            return
        known = sentences(HELD_OUT if args.on == "held_out" else EXAMPLES)
    except VoiceHealError as e:  # not the chain behind it: it quotes what is in the file
        raise SystemExit(f"bench: {e}") from None
    about = f"{len(known)} sentences of {len({s.author for s in known})} authors ({args.on}), {os.cpu_count()} cores"
    if args.on == "held_out":
        about += f"; {also_in(known, sentences(EXAMPLES))} of them stand in the examples word for word"
    if args.spoken is not None:
        tables = spoken.tables(built, known, args.spoken)
        title, command = TITLE_SPOKEN, f"scripts/bench understanding --spoken {args.spoken}"
    else:
        reads = measured.read_all(built.engine, known)
        tables = text_tables(built.engine, reads, load_s)
        if args.show_misses:
            print(*measured.misses(reads), sep="\n")
        if args.on == "held_out" and not args.no_peers:  # they know all examples by heart
            tables.insert(2, peer_table(built, reads, load_s))
        title, command = TITLE, "scripts/bench understanding"
    spent = f"{time.perf_counter() - began:.0f} s"
    print(f"{title}: {about}, load {os.getloadavg()[0]:.1f}")
    for table in tables:
        show(*table)
    print(f"\nall of it took {spent}")
    if args.write:
        when = f"`{command}` on {date.today().isoformat()}: {about}; it took {spent}."
        write(title, f"{when} The weights do not come from these sentences.", tables)


if __name__ == "__main__":
    main()
