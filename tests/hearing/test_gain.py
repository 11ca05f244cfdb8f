"""Quiet voices are raised to where they are understood; noise and loud voices are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.rig import people, sound, transcribe
from voiceheal.hearing.gain import MOST, NOISE_MOST, PEAK, SlowGain
from voiceheal.hearing.vad import BLOCK, BLOCK_S


def blocks(samples: sound.Samples) -> list[sound.Samples]:
    return [samples[at : at + BLOCK] for at in range(0, len(samples) - BLOCK + 1, BLOCK)]


def raised(gain: SlowGain, samples: sound.Samples) -> sound.Samples:
    return np.concatenate([gain(block) for block in blocks(samples)])


def talk(level: float, seconds: float, air: float = 3.0) -> sound.Samples:
    """Syllables of 0.2 s with 0.2 s between them."""
    voice = sound.noise(seconds, level, seed=2).astype(np.float64)
    voice *= (np.arange(len(voice)) // round(0.2 * sound.RATE)) % 2
    return np.round(voice + sound.noise(seconds, air)).clip(-32768, 32767).astype(np.int16)


def rms(samples: sound.Samples) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def test_a_quiet_voice_is_raised() -> None:
    gain = SlowGain()
    raised(gain, talk(100.0, 8.0))
    assert gain.gain > 10


def test_a_voice_of_usual_level_is_left_alone() -> None:
    said = talk(3000.0, 4.0)
    assert np.array_equal(raised(SlowGain(), said), said[: len(said) // BLOCK * BLOCK])


@pytest.mark.parametrize("level", [0.0, 1.0, 30.0, 800.0])
def test_noise_alone_is_not_raised(level: float) -> None:
    gain = SlowGain()
    raised(gain, sound.noise(20.0, level))
    assert gain.gain == 1.0


def test_noise_under_a_quiet_voice_stays_quiet() -> None:
    gain = SlowGain()
    raised(gain, talk(200.0, 10.0, air=20.0))
    assert 1.0 < gain.gain <= NOISE_MOST / 15


def test_gain_rises_slowly_and_never_beyond_its_bounds() -> None:
    gain, before = SlowGain(), 1.0
    for block in blocks(talk(20.0, 15.0, air=0.0)):
        gain(block)
        assert 20 * np.log10(gain.gain / before) <= 12 * BLOCK_S + 1e-6
        before = gain.gain
    assert gain.gain <= MOST


def test_a_shout_after_whispers_does_not_clip() -> None:
    gain = SlowGain()
    raised(gain, talk(100.0, 8.0))
    shout = raised(gain, talk(6000.0, 0.5))
    assert int(np.max(np.abs(shout))) <= PEAK + 1


@pytest.mark.model
@pytest.mark.tts
@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_speech_20_db_quieter_is_understood_as_well(voice: str, model_path: Path) -> None:
    people.need_people()
    text = "start box breathing for five minutes and then tell me about the five stages"
    quiet = sound.silence(1.0)
    said = np.concatenate([quiet, people.spoken(text, voice), quiet]) // 2
    soft = np.round(said / 10 + sound.noise(len(said) / sound.RATE, 1.0)[: len(said)]).astype(np.int16)
    usual = transcribe.word_error(text.split(), transcribe.transcript(said, model_path).split())
    mended = transcribe.word_error(text.split(), transcribe.transcript(raised(SlowGain(), soft), model_path).split())
    assert rms(raised(SlowGain(), soft)) > 2 * rms(soft)
    assert mended <= usual + 0.08
