"""What the microphone check measures in recordings whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from voiceheal import soundcheck
from voiceheal.audio.resample import SPEECH_RATE
from voiceheal.audio.roomcheck import Echo, Levels, find_echo, levels, sweep


def room(noise: float, seconds: float = 2.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.default_rng(2).normal(0.0, noise, round(seconds * SPEECH_RATE))


@pytest.mark.parametrize(("delay_ms", "loss_db"), [(20.0, 0.0), (180.0, 20.0), (400.0, 30.0)])
def test_delay_and_loss_of_an_echo_are_found_in_noise(delay_ms: float, loss_db: float) -> None:
    whole = room(20.0)
    at, played = 0.5, sweep(SPEECH_RATE) * 32768
    first = round((at + delay_ms / 1000) * SPEECH_RATE)
    whole[first : first + len(played)] += played * 10 ** (-loss_db / 20)
    echo = find_echo(np.round(whole).astype(np.int16), at)
    assert echo is not None
    assert echo.delay_s * 1000 == pytest.approx(delay_ms, abs=0.5)
    assert echo.loss_db == pytest.approx(loss_db, abs=1.0)


def test_a_room_without_our_tone_has_no_echo() -> None:
    assert find_echo(np.round(room(200.0)).astype(np.int16), 0.5) is None


def test_levels() -> None:
    found = levels(np.round(room(328.0)).astype(np.int16))
    assert found.level_db == pytest.approx(-40.0, abs=0.5)
    assert found.clipped == 0.0
    assert levels(np.zeros(0, np.int16)).level_db == -120.0
    assert levels(np.full(1600, 32767, np.int16)).clipped == 1.0


@pytest.mark.parametrize(
    ("found", "well", "advice"),
    [
        (Levels(-70, -72, -30, 0.0), True, "gives sound"),
        (Levels(-110, -110, -100, 0.0), False, "muted"),
        (Levels(-35, -38, -10, 0.0), False, "loud"),
        (Levels(-20, -60, 0, 0.01), False, "clips"),
    ],
)
def test_advice_about_the_microphone(found: Levels, well: bool, advice: str) -> None:
    _, ok, text, _ = soundcheck.microphone(found, None)
    assert ok is well
    assert advice in text


@pytest.mark.parametrize(
    ("echo", "well", "advice"),
    [
        (Echo(0.1, 20.0), True, "100 ms"),
        (Echo(0.1, -3.0), False, "headphones"),
        (Echo(0.4, 20.0), False, "cable"),
        (None, True, "does not hear"),
    ],
)
def test_advice_about_the_echo(echo: Echo | None, well: bool, advice: str) -> None:
    _, ok, text, _ = soundcheck.described(echo)
    assert ok is well
    assert advice in text


def test_words_that_came_back() -> None:
    assert soundcheck.came_back("The sun comes up.", "the sun comes up") == 1.0
    assert soundcheck.came_back("The sun comes up.", "son the comes") == 0.5
    assert soundcheck.came_back("The sun comes up.", "") == 0.0
