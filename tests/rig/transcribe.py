"""Ears on the other side: what a stranger would make of the product's sound, by the real model in open decoding."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from . import sound

BLOCK = 4000


@functools.lru_cache(maxsize=1)
def _model(folder: str) -> Any:
    import vosk

    vosk.SetLogLevel(-1)
    return vosk.Model(folder)


def transcript(heard: Path | sound.Samples, model: Path) -> str:
    """All words of a recording, lower case, in order.

    Args:
        heard: a sound file of any rate and format, or 16 kHz samples.
        model: folder of the Vosk model.
    """
    import vosk

    samples = sound.read(heard) if isinstance(heard, Path) else heard
    recogniser = vosk.KaldiRecognizer(_model(str(model)), sound.RATE)
    texts: list[str] = []
    for start in range(0, len(samples), BLOCK):
        if recogniser.AcceptWaveform(samples[start : start + BLOCK].tobytes()):
            texts.append(json.loads(recogniser.Result())["text"])
    texts.append(json.loads(recogniser.FinalResult())["text"])
    return " ".join(t for t in texts if t)


def word_error(said: Sequence[str], heard: Sequence[str]) -> float:
    """Word error rate: (substitutions + deletions + insertions) / words said."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1] / max(1, len(said))


def any_of(text: str, words: Iterable[str]) -> set[str]:
    """Which of `words` stand in `text`."""
    return set(words) & set(text.split())
