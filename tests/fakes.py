"""Stand-ins for the outside world: deterministic, no threads, no devices, no sleep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from voiceheal.errors import VoiceError
from voiceheal.speaking.pauses import split_pauses

if TYPE_CHECKING:
    from voiceheal.core.meaning import Expect
    from voiceheal.core.ports import Pcm16


class FakeVad:
    """Every block that is not silent is speech; keeps what it was asked."""

    def __init__(self) -> None:
        self.resets = 0
        self.asked = 0

    def speech(self, block: Pcm16) -> float:
        self.asked += 1
        return 1.0 if np.any(block) else 0.0

    def reset(self) -> None:
        self.resets += 1


class FakeRecogniser:
    """Hears numbers: a run of samples of value n is the n-th word of `vocabulary`; negative, a voice without words.

    Args:
        vocabulary: word of value 1, 2, ...
        known: the words of its grammar; any other is "[unk]". None = an open recogniser.
        confidence: of every transcript.
        lag: blocks between a word and the partial that has it.
        alternatives: transcripts to add to every final.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        *,
        known: Iterable[str] | None = None,
        confidence: float = 1.0,
        lag: int = 0,
        alternatives: Sequence[str] = (),
    ) -> None:
        self._vocabulary = vocabulary
        self._known = None if known is None else frozenset(known)
        self._confidence = confidence
        self._lag = lag
        self._alternatives = alternatives
        self._last = 0
        self._words: list[tuple[int, str]] = []  # (block it came in, word)
        self._block = 0
        self.blocks = 0  # decoded in all
        self.finals = 0
        self.expected: list[Expect] = []
        self.over: list[bool] = []

    def expect(self, expect: Expect, *, over: bool = False) -> None:
        assert not self._words, "the grammar was changed in the middle of an utterance"
        self.expected.append(expect)
        self.over.append(over)

    def accept(self, pcm: Pcm16) -> None:
        self.blocks += 1
        self._block += 1
        for value in pcm[np.flatnonzero(np.diff(pcm, prepend=self._last))].tolist():
            if value > 0:
                word = self._vocabulary[value - 1]
                self._words.append((self._block, word if self._known is None or word in self._known else "[unk]"))
        self._last = int(pcm[-1])

    def partial(self) -> str:
        return " ".join(word for block, word in self._words if block + self._lag <= self._block)

    def final(self) -> list[tuple[str, float]]:
        self.finals += 1
        text = " ".join(word for _, word in self._words)
        self._words, self._block, self._last = [], 0, 0
        return [(text, self._confidence), *((other, 0.1) for other in self._alternatives)] if text else []


class FakeSynthesiser:
    """Speaks 60 ms of a quiet sine a word (at rate 1.0), and exact silence for `[pause S]`; `broken` makes it fail."""

    def __init__(self, sample_rate: int = 24000) -> None:
        self.sample_rate = sample_rate
        self.said: list[str] = []
        self.private: list[str] = []
        self.broken = False
        self.closed = False

    @property
    def identity(self) -> str:
        return f"fake|{self.sample_rate}"

    def render(self, text: str, rate: float = 1.0, *, private: bool = False) -> npt.NDArray[np.float32]:
        if self.broken or self.closed:
            raise VoiceError("The fake voice is broken.")
        (self.private if private else self.said).append(text)
        pieces = [np.zeros(0, np.float32)]
        for part in split_pauses(text):
            if isinstance(part, float):
                pieces.append(np.zeros(round(part * self.sample_rate), np.float32))
            else:
                n = round(0.06 * len(part.split()) / rate * self.sample_rate)
                pieces.append((0.1 * np.sin(2 * np.pi * 220 * np.arange(n) / self.sample_rate)).astype(np.float32))
        return np.concatenate(pieces)

    def close(self) -> None:
        self.closed = True
