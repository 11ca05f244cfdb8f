"""Who speaks in the hearing benchmark, and what: synthetic people, their commands and answers, and our own lines."""

from __future__ import annotations

import random
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.rig import people, sound
from voiceheal import app
from voiceheal.audio.resample import resample
from voiceheal.settings import Settings

Floats = npt.NDArray[np.float64]

PERSON_RMS = 0.05  # -26 dBFS, of a person at the microphone

# (voice, change by sox): settings were tuned on the first list only; the report uses the second
TUNING = (("slt", ()), ("rms", ()))
REPORT = (
    ("awb", ()), ("kal16", ()), ("slt", ("pitch", "-250", "tempo", "0.93")), ("rms", ("pitch", "200", "tempo", "1.07")),
)  # fmt: skip
HARD = (("en-us+f3", ()), ("en-us+m3", ()), ("en-gb", ()))  # espeak-ng: poorly understood even in silence
Voice = tuple[str, tuple[str, ...]]

STOPS = {
    "stop": "stop", "stop it": "stop", "please stop": "stop", "stop now": "stop", "that's enough": "stop",
    "be quiet": "stop", "stop talking": "stop", "pause": "pause", "pause please": "pause", "wait": "pause",
}  # fmt: skip
OTHERS = {
    "quieter": "quieter", "quieter please": "quieter", "louder": "louder", "speak louder": "louder",
    "slower": "slower", "slower please": "slower", "next": "next", "next one": "next", "repeat": "repeat",
    "say that again": "repeat", "skip this": "next", "repeat that": "repeat",
}  # fmt: skip
SIMPLE = (
    ("stop", "stop"), ("pause", "pause"), ("next", "next"), ("louder", "louder"), ("quieter please", "quieter"),
    ("say that again", "repeat"), ("speak slower", "slower"), ("what can i say", "help"), ("goodbye", "goodbye"),
    ("how much time is left", "status"), ("go back", "back"), ("start box breathing", "breathe"),
    ("read me the steps", "steps"), ("take me to step three", "step"), ("why does it hurt so much", "why_it_hurts"),
    ("help me sleep", "bedtime"), ("set the volume to fifty percent", "volume"), ("go to the next one", "next"),
)  # fmt: skip
LONGER = (
    ("breathe with me", "breathe"), ("start breathing", "breathe"), ("box breathing", "breathe"),
    ("box breathing for three minutes", "breathe"), ("kind words", "affirm"), ("check in", "check_in"),
    ("breathe with me for five minutes", "breathe"), ("give me some kind words", "affirm"),
)  # fmt: skip
ANSWERS = (
    ("i got a letter today", "they gave the job to somebody else"),
    ("she said she needed space", "and then she stopped answering"),
    ("i keep looking at my phone", "hoping that he will write"),
    ("we were friends for ten years", "and now they go out without me"),
    ("i am angry", "because nobody told me the truth"),
    ("it was my fault", "i should have listened to her more"),
    ("i cried in the car", "then i went to work like nothing happened"),
    ("my brother says i will get over it", "but it does not feel that way"),
    ("i feel so small", "and tired of trying again"),
    ("he left on sunday", "and took the dog with him"),
    ("i thought the interview went well", "and they never called me back"),
    ("some days are fine", "other days i can not get out of bed"),
    ("i can't stop thinking about her", "it never stops at night"),
    ("they told me to wait", "so i waited for three weeks"),
    ("i want to go back", "to how it was before the summer"),
    ("no i do not think so", "it is more that i am sad about it"),
)


@dataclass(frozen=True)
class Line:
    """One of our own lines as it leaves the loudspeaker, 16 kHz."""

    text: str
    pcm: Floats


def says(text: str, voice: Voice) -> Floats:
    """What a person says, -1..1, without the silence around it."""
    name, change = voice
    pcm = people.spoken(text, name)
    if change:
        with tempfile.TemporaryDirectory(prefix="vh-bench-") as folder:
            before, after = (Path(folder) / f"{n}.wav" for n in "ab")
            sound.write(before, pcm)
            subprocess.run(["sox", str(before), str(after), *change], check=True, capture_output=True)
            pcm = sound.read(after)
    loud = np.flatnonzero(np.abs(pcm.astype(int)) > sound.LOUD)
    return pcm[loud[0] : loud[-1] + 1] / 32768.0


def own_lines(count: int, seed: int, volume: float = 0.8) -> list[Line]:
    """So many of the content's lines in our own voice, picked by `seed`."""
    built = app.build(Settings())
    every = sorted({text for variants in built.pack.lines.values() for text in variants if "{" not in text})
    voice = app.build_voice(built)
    try:
        lines = []
        for text in random.Random(seed).sample(every, min(count, len(every))):
            pcm = resample(voice.render(text, 1.0), voice.sample_rate, sound.RATE)
            lines.append(Line(text, pcm.astype(float) * volume))
        return lines
    finally:
        voice.close()
