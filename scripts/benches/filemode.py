"""How much faster than real time a conversation from file to file runs: audio written per second of wall time."""

from __future__ import annotations

from tests.rig import people, sound

from ._common import product_in, table, workshop

CHECK_IN: list[people.ScriptPart] = [
    10.0, ("i feel so sad i cannot stop crying", "slt"), 13.0, ("yes that fits", "slt"), 32.0, ("no thank you", "slt"),
    12.0, ("goodbye", "slt"), 3.0,
]  # fmt: skip


def main() -> None:
    """Measure and print."""
    rows = []
    with workshop() as folder:
        product = product_in(folder)
        hello = people.script_wav(CHECK_IN, folder / "hello.wav")
        quiet = sound.write(folder / "quiet.wav", sound.silence(600.0))
        short = sound.write(folder / "short.wav", sound.silence(2.0))
        for name, args, wav in (
            ("check-in, spoken (first run)", ["checkin"], hello),
            ("check-in, spoken (second run)", ["checkin"], hello),
            ("10 min of breathing, listening all the time", ["breathe", "--minutes", "10"], quiet),
            ("10 min of breathing, input ended early", ["breathe", "--minutes", "10"], short),
        ):
            out = folder / "out.wav"
            run = product.run(*args, "--input", wav, "--output", out, timeout_s=600)
            if run.status:
                rows.append((name, f"failed: {run.err.strip()}"))
                continue
            length = sound.seconds(out)
            rows.append((name, f"{length:.0f} s in {run.wall_s:.1f} s = {length / run.wall_s:.1f} x real time"))
    table("file mode", [*rows, ("goal", ">= 5 x real time on 2 cores")])


if __name__ == "__main__":
    main()
