"""The plugs of the house: what the runtime needs from the outside world, as protocols with a fake and a real side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the core itself runs on the standard library alone
    import numpy as np
    import numpy.typing as npt

    Pcm = npt.NDArray[np.float32]  # mono, -1..1
    Pcm16 = npt.NDArray[np.int16]  # mono


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> float:
        """Seconds of session time."""
        ...


class Synthesiser(Protocol):
    """Turns text into sound; may be slow, may die and be started anew."""

    sample_rate: int

    def render(self, text: str, rate: float = 1.0, *, private: bool = False) -> Pcm:
        """Speech for `text` (may hold `[pause S]`), mono float32 at `sample_rate`, silence trimmed at both ends.

        Raises:
            VoiceError: the engine cannot speak.
        """
        ...

    def close(self) -> None:
        """End the engine; nothing is left behind."""
        ...


class Recogniser(Protocol):
    """Speech to text for one utterance after another; not thread-safe, one thread each."""

    def accept(self, pcm: Pcm16) -> None:
        """Take the next 16 kHz samples."""
        ...

    def partial(self) -> str:
        """Words so far."""
        ...

    def final(self) -> Sequence[tuple[str, float]]:
        """End the utterance: (transcript, confidence 0..1), best first; empty when nothing was said."""
        ...
