"""Synthetic people: they say what a test wants, in voices that the recogniser has to work for."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from . import sound

FLITE_VOICES = ("slt", "rms", "awb", "kal16")
ESPEAK_VOICES = ("en-us", "en-us+f3", "en-us+m3", "en-gb")  # hard to understand: for variety, not for recall

ScriptPart = tuple[str, str] | float


def need_people() -> None:
    """Skip the test where the programs that speak for the people are missing."""
    lacking = [tool for tool in ("flite", "sox") if shutil.which(tool) is None]
    if lacking:
        pytest.skip(f"SPEECH NOT TESTED: {', '.join(lacking)} missing")


def spoken(text: str, voice: str = "slt") -> sound.Samples:
    """`text` as 16 kHz samples.

    Args:
        text: what is said, plain English.
        voice: a flite voice (`slt`, `rms`, `awb`, `kal16`) or an espeak-ng voice name (`en-us+f3`).
    """
    with tempfile.TemporaryDirectory(prefix="voiceheal-rig-") as folder:
        wav = Path(folder) / "said.wav"
        if voice in FLITE_VOICES:
            command = ["flite", "-voice", voice, "-t", text, "-o", str(wav)]
        else:
            command = ["espeak-ng", "-v", voice, "-s", "150", "-w", str(wav), text]
        subprocess.run(command, check=True, timeout=30, capture_output=True)
        return sound.read(wav)


def say(text: str, voice: str, path: Path) -> Path:
    """A WAV (16 kHz, 16 bit, mono) in which `voice` says `text`."""
    return sound.write(path, spoken(text, voice))


def script_wav(parts: Sequence[ScriptPart], path: Path, *, air: float = 0.0) -> Path:
    """A WAV of a whole side of a conversation: (text, voice) is said, a number is so many seconds of quiet.

    Args:
        parts: in order.
        path: the file to write.
        air: level of the noise under all of it, int16 units (0 is digital silence, 30 a quiet room).
    """
    pieces = [sound.silence(p) if isinstance(p, float | int) else spoken(*p) for p in parts]
    whole = np.concatenate(pieces) if pieces else sound.silence(0)
    if air:
        mixed = whole.astype(np.int32) + sound.noise(len(whole) / sound.RATE, air)[: len(whole)]
        whole = mixed.clip(-32768, 32767).astype(np.int16)
    return sound.write(path, whole)
