"""Who says what in which noise for `scripts/bench commands`: fixed by seeds, so that every run hears the same."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tests.rig import people, sound
from voiceheal.core.meaning import FREE_INTENTS
from voiceheal.packs.yamlfile import read_yaml
from voiceheal.understanding.engine import Engine
from voiceheal.understanding.normalise import normalise

from ._understanding_data import HELD_OUT, ROOT, sentences

COMMANDS = ROOT / "tests" / "en" / "intents" / "commands.yaml"
VOICES = (*people.FLITE_VOICES, "en-us", "en-us+f3")
BEFORE_S, AFTER_S = 0.8, 1.6  # of the room around a sentence
SNR_DB = 10.0
SEED = 5
BABBLE_VOICES = ("kal16", "awb", "slt", "rms", "en-gb", "en-us+m3")

Sound = npt.NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True)
class Saying:
    """A sentence and what is meant: `intent` is "" for everything that is no command."""

    text: str
    voice: str
    intent: str = ""
    slots: dict[str, Any] = field(default_factory=dict)


def reported(text: str) -> bool:
    """Half of the sentences are for tuning, the other half for reports; which, their hash says."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


def commands(engine: Engine, each: int, *, tune: bool) -> list[Saying]:
    """`each` commands for every voice: those sentences of the tests that are templates and understood when typed."""
    from pydantic import BaseModel, RootModel

    class Said(BaseModel):
        intent: str
        slots: dict[str, Any] = {}
        say: list[str]

    known = []
    for case in read_yaml(COMMANDS, RootModel[list[Said]]).root:
        for text in case.say:
            meaning = engine.understand(text)
            plain = normalise(text)
            good = meaning.intent == case.intent and dict(meaning.slots) == case.slots and meaning.how == "template"
            if good and case.intent not in FREE_INTENTS and reported(plain) != tune:
                known.append((plain, case.intent, case.slots))
    mixed = _mixed(sorted(known, key=lambda k: k[0]))
    return [
        Saying(text, voice, intent, slots)
        for n, voice in enumerate(VOICES)
        for text, intent, slots in (mixed[(n * each + m) % len(mixed)] for m in range(each))
    ]


def answers(each: int, *, tune: bool) -> list[Saying]:
    """`each` free answers for every voice: held-out feelings, which are never shown; of the examples for tuning."""
    folder = ROOT / "content" / "en" / "examples" if tune else HELD_OUT
    mixed = _mixed(sorted({normalise(s.text) for s in sentences(folder) if s.intent == "feeling" or s.stage}))
    return [Saying(mixed[(n * each + m) % len(mixed)], voice) for n, voice in enumerate(VOICES) for m in range(each)]


def _mixed(several: Sequence[T]) -> list[T]:
    mixed = list(several)
    random.Random(SEED).shuffle(mixed)
    return mixed


def noises(kitchen: Path | None, seconds: float = 60.0) -> dict[str, Sound]:
    """Name -> a long piece of noise."""
    size = round(seconds * sound.RATE)
    found = {"pink": coloured(size, 0.5), "brown": coloured(size, 1.0), "babble": babble(size)}
    if kitchen is not None:
        found["kitchen"] = sound.read(kitchen).astype(np.float64)
    return found


def coloured(size: int, power: float) -> Sound:
    """Noise whose amplitude falls with frequency to this power: 0.5 is pink, 1 is brown."""
    spectrum = np.fft.rfft(np.random.default_rng(SEED).normal(size=size))
    pitch = np.fft.rfftfreq(size, 1 / sound.RATE)
    spectrum *= np.where(pitch < 20.0, 0.0, np.maximum(pitch, 20.0) ** -power)
    made: Sound = np.fft.irfft(spectrum, size)
    return made


def babble(size: int) -> Sound:
    """Several people talking at once about other things."""
    lines = _mixed(sorted({s.text for s in sentences(ROOT / "content" / "en" / "examples") if s.intent == "feeling"}))
    whole = np.zeros(size)
    for n, voice in enumerate(BABBLE_VOICES):
        said = np.concatenate([people.spoken(normalise(t), voice) for t in lines[n * 4 : n * 4 + 4]]).astype(float)
        whole += np.resize(said / max(1.0, float(said.std())), size)
    return whole


def in_room(
    spoken: sound.Samples, noise: Sound | None, snr_db: float, seed: int, loss_db: float = 0.0
) -> sound.Samples:
    """Speech in a room: the noise is `snr_db` below the loud parts of the speech; all of it `loss_db` quieter."""
    before, after = (np.zeros(round(s * sound.RATE)) for s in (BEFORE_S, AFTER_S))
    whole = np.concatenate([before, spoken.astype(np.float64), after])
    rng = np.random.default_rng(seed)
    if noise is not None:
        at = int(rng.integers(0, len(noise) - len(whole)))
        piece = noise[at : at + len(whole)]
        whole += piece * (loud_level(spoken) / max(1e-9, float(np.sqrt(np.mean(piece**2)))) / 10 ** (snr_db / 20))
    whole *= min(1.0, 30000 / max(1.0, float(np.abs(whole).max()))) * 10 ** (-loss_db / 20)
    if noise is None:
        whole += rng.normal(0.0, 3.0 * 10 ** (-loss_db / 20), len(whole))  # no room is digitally silent
    return np.round(whole).clip(-32768, 32767).astype(np.int16)


def loud_level(spoken: sound.Samples) -> float:
    """RMS of the loud parts of speech."""
    loud = np.repeat(sound.loudness(spoken) > sound.LOUD, round(sound.WINDOW_S * sound.RATE)).nonzero()[0]
    return float(np.sqrt(np.mean(spoken[loud].astype(np.float64) ** 2))) if len(loud) else 1.0
