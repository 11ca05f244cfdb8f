"""Breath cues against their plan over ten minutes: in the event log, and in the samples written.

In the samples each tone is compared, by cross-correlation, with the first of its phase, where no word sounds over it.
"""

from __future__ import annotations

import argparse

from tests.rig import sound
from tests.rig.product import matching, read_events

from ._common import product_in, table, workshop

PHASES_S = {"coherent": (5.0, 5.0), "extended": (4.0, 6.0)}
REACH_S = 0.15


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", default="10")
    parser.add_argument("--pattern", choices=sorted(PHASES_S), default="coherent")
    args = parser.parse_args()
    with workshop() as folder:
        quiet, out, log = folder / "quiet.wav", folder / "out.wav", folder / "e.jsonl"
        sound.write(quiet, sound.silence(2.0))
        run = product_in(folder).run(
            "breathe", "--pattern", args.pattern, "--minutes", args.minutes, "--input", quiet, "--output", out,
            "--events", log, timeout_s=600,
        )  # fmt: skip
        if run.status:
            raise SystemExit(run.err)
        cues = matching(read_events(log), "cue")
        samples = sound.read(out)
    phases = PHASES_S[args.pattern]
    plan, t = [], cues[0]["t"]
    for n in range(len(cues)):
        plan.append(t)
        t += phases[n % len(phases)]
    kinds = len(phases)
    after, length = 0.3 * min(phases), 0.6 * min(phases)
    moved = [sound.shift(samples, plan[n % kinds] + after, p + after, length, REACH_S) for n, p in enumerate(plan)]

    def worst(values: list[float]) -> str:
        return f"{max(map(abs, values), default=0.0) * 1000:.2f} ms"

    table(f"breath cues, {args.pattern}, {args.minutes} min: worst deviation from plan", [
        ("cues", f"{len(cues)}, last phase {cues[-1]['phase']}"),
        ("event log", worst([c["t"] - p for c, p in zip(cues, plan, strict=True)])),
        ("tones in the samples", worst(moved)),
        ("goal", "<= 20 ms"),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
