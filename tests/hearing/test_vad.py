"""Silero tells voices from silence and noise, block by block."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fakes import FakeVad
from tests.rig import people, sound
from voiceheal.hearing.vad import BLOCK, BLOCK_S, SAMPLE_RATE, FreshVad, SileroVad


def probabilities(vad: SileroVad, samples: sound.Samples) -> list[float]:
    return [vad.speech(samples[at : at + BLOCK]) for at in range(0, len(samples) - BLOCK + 1, BLOCK)]


def test_a_block_is_32_ms() -> None:
    assert BLOCK_S == BLOCK / SAMPLE_RATE == 0.032


@pytest.mark.parametrize("samples", [sound.silence(1.0), sound.noise(1.0, 30), sound.noise(1.0, 1000)])
def test_silence_and_noise_are_no_speech(samples: sound.Samples) -> None:
    assert max(probabilities(SileroVad(), samples)) < 0.5


def test_a_voice_is_speech() -> None:
    people.need_people()
    found = probabilities(SileroVad(), people.spoken("i do not know what to do", "rms"))
    assert np.mean([p > 0.5 for p in found]) > 0.5


def test_reset_forgets_what_came_before() -> None:
    people.need_people()
    voice = people.spoken("hello there", "slt")
    vad = SileroVad()
    first = probabilities(vad, voice)
    vad.reset()
    assert probabilities(vad, voice) == first


def test_a_block_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="512"):
        SileroVad().speech(sound.silence(0.02))


def test_minutes_without_speech_are_forgotten() -> None:
    inner = FakeVad()
    vad = FreshVad(inner)
    for _ in range(64):
        assert vad.speech(np.zeros(BLOCK, np.int16)) == 0.0
    assert inner.resets == 4
    for _ in range(64):
        assert vad.speech(np.ones(BLOCK, np.int16)) == 1.0
    assert inner.resets == 4, "never in the middle of speech"
    vad.reset()
    assert inner.resets == 5
