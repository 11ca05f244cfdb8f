"""What was played, read at the microphone's times: no holes, no jumps, never later than asked for."""

from __future__ import annotations

import numpy as np
import pytest

from voiceheal.fronts.farend import FarEnd

RATE = 48_000
BLOCK_S = 512 / 16_000


def sine(first: int, count: int) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(first, first + count) / RATE)).astype(np.float32)


def wanted(t: float) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * (t + np.arange(512) / 16_000))


@pytest.mark.parametrize("jitter", [0.0, 0.003])
def test_it_is_read_at_the_time_of_the_microphone(jitter: float) -> None:
    """A callback that comes late moves no sample: all blocks have the shift of the first."""
    shakes = np.random.default_rng(1).uniform(-jitter, jitter, 100).tolist()
    shake = iter(shakes)
    far = FarEnd(RATE, lambda t: round((t + next(shake)) * RATE))
    blocks = 0
    for n in range(40):
        far.tap(sine(n * 960, 960), n * 960)
        if n >= 10 and n % 2 == 0:
            t = 0.01 + blocks * BLOCK_S
            blocks += 1
            assert np.max(np.abs(far.take(t) / 32767.0 - wanted(t + shakes[0]))) < 0.02
    assert blocks == 15


def test_clocks_that_have_parted_are_set_anew() -> None:
    offset = 0.0
    far = FarEnd(RATE, lambda t: round((t + offset) * RATE))
    for n in range(100):
        far.tap(sine(n * 960, 960), n * 960)
    far.take(0.2)
    offset = 0.5
    assert np.max(np.abs(far.take(0.2 + BLOCK_S) / 32767.0 - wanted(0.7 + BLOCK_S))) < 0.02


def test_what_was_not_played_is_silence() -> None:
    far = FarEnd(RATE, lambda t: round(t * RATE))
    assert not np.any(far.take(1.0))
    far.tap(sine(0, 960), 0)
    assert not np.any(far.take(5.0))
