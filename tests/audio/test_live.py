"""Against a real sound server: what is planned comes out, what is said comes in, a lost device is told and is back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.rig import sound
from tests.rig.pulse import Pulse, pulse_server

pytestmark = pytest.mark.audio

PRODUCT = """
import json, sys, threading, numpy as np
from voiceheal.audio.streams import MicStream, SpeakerStream
from voiceheal.runtime import SystemClock

def tell(**fields):
    print(json.dumps(fields), flush=True)

clock = SystemClock()
told = set()

def on_block(block, t):
    if abs(block.astype(int)).max() > 3000 and "heard" not in told:
        told.add("heard")
        tell(heard=len(block))

mic = MicStream(None, on_block, clock, lambda k: tell(lost=k), lambda k: tell(back=k))
speaker = SpeakerStream(None, clock, None, lambda k: tell(lost=k), lambda k: tell(back=k))
mic.start()
speaker.start()
rate = speaker.mixer.sample_rate
beep = (0.3 * np.sin(2 * np.pi * 440 * np.arange(rate // 5) / rate)).astype(np.float32)
start = clock.now() + 0.5
for i in range(3):
    speaker.mixer.play(i, beep, at=speaker.sample_at(start + i * 0.5))
tell(ready=1)
sys.stdin.read()
mic.close()
speaker.close()
tell(closed=threading.active_count(), error=str(speaker.error or ""))
"""


def begin(pulse: Pulse) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PRODUCT], env={**os.environ, **pulse.env()}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def line(product: subprocess.Popen[str]) -> dict[str, object]:
    assert product.stdout is not None
    told: dict[str, object] = json.loads(product.stdout.readline())
    return told


def end(product: subprocess.Popen[str]) -> dict[str, object]:
    rest, _ = product.communicate("", timeout=30)
    last: dict[str, object] = json.loads(rest.splitlines()[-1])
    return last


def test_both_ways(tmp_path: Path) -> None:
    tone = (10000 * np.sin(2 * np.pi * 300 * np.arange(16000) / 16000)).astype(np.int16)
    with pulse_server(tmp_path / "p") as pulse:
        recording = pulse.record()
        product = begin(pulse)
        assert line(product) == {"ready": 1}
        pulse.speak(sound.write(tmp_path / "said.wav", tone))
        assert line(product) == {"heard": 512}
        recording.wait(recording.now() + 2.0)
        assert end(product) == {"closed": 1, "error": ""}
        recording.stop()
        beeps = sound.stretches(recording.product(), gap_s=0.1)
    assert len(beeps) == 3
    assert np.allclose(np.diff([first for first, _ in beeps]), 0.5, atol=0.02)


def test_a_lost_sound_system_is_told_and_comes_back(tmp_path: Path) -> None:
    with pulse_server(tmp_path / "p") as pulse:
        recording = pulse.record()
        product = begin(pulse)
        assert line(product) == {"ready": 1}
        recording.wait(recording.now() + 0.5)
        pulse.die()
        lost = {str(line(product)["lost"]) for _ in range(2)}
    assert lost == {"microphone", "speaker"}
    with pulse_server(tmp_path / "p") as pulse:
        back = {str(line(product)["back"]) for _ in range(2)}
        assert back == {"microphone", "speaker"}
        assert end(product)["error"] == ""
