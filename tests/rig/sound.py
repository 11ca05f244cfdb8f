"""Look at sound: where it is loud, silent, or sets in. 16-bit mono samples, times in seconds."""

from __future__ import annotations

import subprocess
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

RATE = 16000  # Hz
LOUD = 60  # int16 units, about -55 dBFS: above dither, below the quietest word
WINDOW_S = 0.01


def read(path: Path, rate: int = RATE) -> Samples:
    """Any sound file as mono int16 at `rate` (by sox, so that the product's own reader is not what tests it)."""
    command = ["sox", str(path), "-t", "raw", "-r", str(rate), "-c", "1", "-e", "signed", "-b", "16", "-L", "-"]
    run = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return np.frombuffer(run.stdout, dtype="<i2")


def write(path: Path, samples: Samples, rate: int = RATE) -> Path:
    """A mono 16-bit WAV."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2").tobytes())
    return path


def seconds(path: Path) -> float:
    """Length of a PCM WAV, s."""
    with wave.open(str(path), "rb") as sound:
        return sound.getnframes() / sound.getframerate()


def silence(length_s: float, rate: int = RATE) -> Samples:
    """Digital silence."""
    return np.zeros(round(length_s * rate), dtype=np.int16)


def noise(length_s: float, level: float = 30.0, rate: int = RATE, seed: int = 1) -> Samples:
    """White noise with a standard deviation of `level` int16 units: the air of a quiet room."""
    drawn = np.random.default_rng(seed).normal(0.0, level, round(length_s * rate))
    return drawn.clip(-32768, 32767).astype(np.int16)


def loudness(samples: Samples, rate: int = RATE, window_s: float = WINDOW_S) -> npt.NDArray[np.float64]:
    """Peak of each window of `window_s`."""
    size = round(window_s * rate)
    whole = len(samples) // size * size
    peaks: npt.NDArray[np.float64] = np.abs(samples[:whole].astype(np.float64)).reshape(-1, size).max(axis=1)
    return peaks


def first_loud(samples: Samples, after_s: float = 0.0, rate: int = RATE, level: float = LOUD) -> float | None:
    """Time of the first sample louder than `level` at or after `after_s`, to the sample; None when there is none."""
    start = round(after_s * rate)
    hits = np.flatnonzero(np.abs(samples[start:].astype(np.int32)) > level)
    return (start + int(hits[0])) / rate if len(hits) else None


def last_loud(samples: Samples, rate: int = RATE, level: float = LOUD) -> float | None:
    """Time of the last sample louder than `level`; None when there is none."""
    hits = np.flatnonzero(np.abs(samples.astype(np.int32)) > level)
    return int(hits[-1]) / rate if len(hits) else None


def stretches(samples: Samples, gap_s: float, rate: int = RATE, level: float = LOUD) -> list[tuple[float, float]]:
    """(start, end) of each loud stretch; quiet shorter than `gap_s` does not part them."""
    loud = np.flatnonzero(loudness(samples, rate) > level)
    if not len(loud):
        return []
    cuts = np.flatnonzero(np.diff(loud) > gap_s / WINDOW_S)
    starts, ends = [loud[0], *loud[cuts + 1]], [*loud[cuts], loud[-1]]
    return [(a * WINDOW_S, (b + 1) * WINDOW_S) for a, b in zip(starts, ends, strict=True)]


def onset_near(samples: Samples, t: float, reach_s: float, rate: int = RATE, level: float = LOUD) -> float | None:
    """Where sound sets in within `reach_s` of `t`: the first loud sample after the last 30 ms of quiet before it."""
    quiet = round(0.03 * rate)
    start = max(0, round((t - reach_s) * rate))
    piece = np.abs(samples[start : round((t + reach_s) * rate)].astype(np.int32)) > level
    hits = np.flatnonzero(piece)
    for hit in hits:
        if not piece[max(0, hit - quiet) : hit].any() and (hit >= quiet or start == 0):
            return (start + int(hit)) / rate
    return None


def shift(samples: Samples, pattern_at: float, at: float, length_s: float, reach_s: float, rate: int = RATE) -> float:
    """By how much later than `at` the sound that lies at `pattern_at` comes back, s; within `reach_s`, to the sample.

    The lag at which the two stretches of `length_s` are most alike (normalised cross-correlation).
    """
    size, reach = round(length_s * rate), round(reach_s * rate)
    start = round(pattern_at * rate)
    pattern = samples[start : start + size].astype(np.float64)
    first = round(at * rate) - reach
    piece = samples[max(0, first) : first + size + 2 * reach].astype(np.float64)
    piece = np.pad(piece, (max(0, -first), max(0, size + 2 * reach - len(piece) - max(0, -first))))
    whole = 1 << int(np.ceil(np.log2(len(piece) + size)))
    product = np.fft.irfft(np.fft.rfft(piece, whole) * np.conj(np.fft.rfft(pattern, whole)), whole)[: 2 * reach + 1]
    total = np.concatenate([[0.0], np.cumsum(piece**2)])
    alike = product / np.sqrt(np.maximum(total[size:] - total[:-size], 1.0))
    return (int(np.argmax(alike)) - reach) / rate
