"""The cue tones are soft, below speech, and different to the ear."""

from __future__ import annotations

import numpy as np
import pytest

from voiceheal.speaking.loudness import TARGET_RMS
from voiceheal.speaking.tones import NAMES, tone

RATE = 24000


def pitch(pcm: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)), 1 << 16))
    return float(np.argmax(spectrum) * RATE / (1 << 16))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [0.1, 1.0, 4.0, 8.0])
def test_soft(name: str, length: float) -> None:
    pcm = tone(name, length, RATE)
    assert pcm.dtype == np.float32
    assert np.sqrt(np.mean(pcm**2)) < TARGET_RMS
    assert np.abs(pcm).max() < 0.1
    assert np.abs(np.diff(pcm)).max() < 0.02
    assert abs(pcm[0]) < 1e-3
    assert abs(pcm[-1]) < 1e-3
    if name in ("in", "hold", "out"):
        assert len(pcm) == round(length * RATE)


def test_told_apart_with_closed_eyes() -> None:
    third = RATE * 4 // 3
    ends = {n: (pitch(tone(n, 4, RATE)[:third]), pitch(tone(n, 4, RATE)[-third:])) for n in ("in", "hold", "out")}
    assert ends["in"][1] > ends["in"][0] * 1.2
    assert ends["out"][1] < ends["out"][0] / 1.2
    assert ends["hold"][1] == pytest.approx(ends["hold"][0], rel=0.01)
    assert pitch(tone("rest", 4, RATE)) < 200


def test_unknown() -> None:
    with pytest.raises(ValueError, match="no tone"):
        tone("gong", 1, RATE)
