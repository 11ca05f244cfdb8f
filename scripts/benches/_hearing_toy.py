"""The baseline: one open recogniser, Vosk's own idea of an end, deaf while the product speaks. What most do."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import vosk

from voiceheal.core.events import Event, Utterance
from voiceheal.core.meaning import Expect

RATE = 16000
TAIL_S = 0.3  # deaf so long after the last word of ours


class ToyEars:
    """Has as much of the product's ears as the loop asks for."""

    hearing = False

    def __init__(self, model: vosk.Model) -> None:
        vosk.SetLogLevel(-1)
        self._kaldi = vosk.KaldiRecognizer(model, RATE)
        self._heard = 0
        self._deaf_until = -1.0

    def expect(self, expect: Expect) -> None:
        """Everything is expected always."""

    def set_speaking(self, line: str | None) -> None:
        """Half duplex."""
        if line is not None:
            self._deaf_until = self._heard / RATE + TAIL_S

    def feed(self, block: npt.NDArray[np.int16]) -> list[Event]:
        """The next samples."""
        self._heard += len(block)
        now = self._heard / RATE
        if now < self._deaf_until:
            return []
        if not self._kaldi.AcceptWaveform(block.tobytes()):
            return []
        text = str(json.loads(self._kaldi.Result())["text"])
        return [Utterance(text, (), 1.0, now, now, now)] if text else []
