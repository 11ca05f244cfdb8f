"""Word error of our own speech: content lines are spoken to samples and transcribed by the open recogniser."""

from __future__ import annotations

import argparse
import random
import re

import numpy as np

from tests.rig import sound, transcribe
from voiceheal import app
from voiceheal.audio.resample import resample
from voiceheal.settings import Settings

from ._common import model, table

MARKS = re.compile(r"\[pause [0-9.]+\]|\{[a-z]+\}")


def sentences(count: int) -> list[str]:
    """Content lines of five words or more, the same ones each time."""
    pack = app.build(Settings()).pack
    every = sorted({text for variants in pack.lines.values() for text in variants if "{" not in text})
    return random.Random(7).sample([t for t in every if len(t.split()) >= 5], count)


def words(text: str) -> list[str]:
    """Words as the recogniser writes them."""
    return re.sub(r"[^a-z' ]+", " ", MARKS.sub(" ", text.lower().replace("’", "'"))).split()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("-n", type=int, default=20, help="number of lines")
    parser.add_argument("--engine", default="auto", help="auto, festival, espeak")
    parser.add_argument("--each", action="store_true", help="print each line")
    args = parser.parse_args()
    settings = Settings.model_validate({"voice": {"engine": args.engine}})
    voice = app.build_voice(app.build(settings))
    wrong = total = 0.0
    try:
        for text in sentences(args.n):
            pcm = resample(voice.render(text, 1.0), voice.sample_rate, sound.RATE)
            said = (np.clip(pcm, -1, 1) * 32767).astype(np.int16)
            quiet = sound.silence(0.5)
            heard = transcribe.transcript(np.concatenate([quiet, said, quiet]), model()).split()
            error = transcribe.word_error(words(text), heard)
            wrong, total = wrong + error * len(words(text)), total + len(words(text))
            if args.each:
                print(f"{error:5.0%}  {text}\n       {' '.join(heard)}")
    finally:
        voice.close()
    table(f"our own voice ({args.engine})", [
        ("word error", f"{wrong / total:.1%}" if total else "nothing spoken"),
        ("lines, words", f"{args.n}, {total:.0f}"),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
