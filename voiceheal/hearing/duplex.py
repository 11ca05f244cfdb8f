"""Hears while we speak: finds the echo of our voice, takes it away, and says whether somebody else is talking.

Works on blocks of 512 samples at 16 kHz of microphone and far end at the same time; no clock. One thread.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..audio.resample import to_float, to_int16
from .adaptive import HOP, KalmanCanceller
from .barge_in import EchoGate, Mode
from .delay import DelayFinder, DriftFinder, between
from .likeness import Likeness
from .residual import Suppressor
from .vad import BLOCK_S, SAMPLE_RATE

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..core.ports import Pcm16
    from .echo import EchoCanceller

    Floats = npt.NDArray[np.float32]

AHEAD = 160  # samples that the reference comes before its echo: an error must not turn them around
LEAST_AHEAD, MOST_AHEAD = 48, 640  # outside of these it is placed anew
TAIL_S = 0.3  # our sound may still be in the room, once it has arrived
IDLE_AFTER_S = 1.0  # of silence at the far end
QUIET = 1e-6  # mean power of a far end that makes no echo (-60 dB)
PROVE_S = 3.0  # of our own speech, over which the loss of echo is measured
PROVED_DB = 6.0  # of echo loss in the better quarter of it: the canceller works
PROVE_FIRST = 48  # blocks of our own speech before that is asked
EXCESS_DB = 4.0  # more than what is expected of our own voice: somebody else talks
EXCESS_HOPS = 6  # hops over which that is smoothed, 96 ms


@dataclass(frozen=True, slots=True)
class Heard:
    """One block after the echo.

    Attributes:
        block: what is left. ours: nothing but what is left of our own voice. muted: not to be listened to at all.
        echo: our own sound may be in it. likeness: how much of it sounds like us, 0..1.
    """

    block: Pcm16
    ours: bool
    muted: bool
    echo: bool
    likeness: float = 0.0


class Duplex:
    """From microphone and far end to what the person said.

    Half duplex until the echo has been found and taken away once ("auto"), never half duplex ("on"), always ("off").
    With headphones, or a loudspeaker that is not heard, nothing is done to the sound.
    """

    def __init__(self, mode: Mode = "auto", canceller: EchoCanceller | None = None) -> None:
        self.gate = EchoGate(mode)
        self._mode = mode
        self._canceller = canceller or KalmanCanceller()
        self._suppressor = Suppressor()
        self._likeness, self._alike = Likeness(), 0.0
        self._finder = DelayFinder()
        self._drift = DriftFinder()
        self._past: Floats = np.zeros(16_384, np.float32)  # of the far end
        self._delay: float | None = None  # samples that the reference is held back
        self._rest: Floats = np.zeros(HOP, np.float32)
        self._silent = IDLE_AFTER_S  # s since the far end sounded
        self._loss: deque[float] = deque(maxlen=round(PROVE_S / BLOCK_S))
        self._proved = False
        self._excess: deque[float] = deque(maxlen=EXCESS_HOPS)
        self.duck = False

    @property
    def delay_s(self) -> float | None:
        """How much later than the far end its echo arrives, s; None = not found."""
        return None if self._delay is None else (self._delay + AHEAD) / SAMPLE_RATE

    @property
    def drift_ppm(self) -> float:
        """How much the delay grows, in millionths: what the two clocks differ by."""
        return self._drift.rate * 1e6

    @property
    def loss_db(self) -> float:
        """What the canceller takes away of our own voice, dB."""
        return float(np.percentile(self._loss, 75)) if self._loss else 0.0

    @property
    def echo(self) -> bool:
        """See `barge_in.HearsUs`."""
        return self.gate.echo

    def hear(self, mic: Pcm16, far: Pcm16, voice: bool = False) -> Heard:
        """The next 32 ms.

        Args:
            mic, far: the microphone and the far end at one time.
            voice: whether the ears are following an utterance: our own voice makes room for it.
        """
        self.duck = voice and self._silent < IDLE_AFTER_S and self.gate.echo
        self.gate.feed(mic, far)
        near, played = to_float(mic), to_float(far)
        self._past = np.concatenate([self._past[len(played) :], played])
        sounds = float(np.mean(played**2)) > QUIET
        self._silent = 0.0 if sounds else self._silent + BLOCK_S
        rings = self._silent < TAIL_S + (self.delay_s or 0.0)
        if self._silent >= IDLE_AFTER_S or not self.gate.echo:
            return Heard(self._late(near), False, not self.gate.open, rings)
        self._place(near, played)
        if self._delay is None:
            return Heard(self._late(near), False, not self.gate.open, rings)
        block = self._cancel(near)
        muted = not self.gate.open and not (self._mode == "auto" and self._proved)
        ours = float(np.mean(self._excess)) < EXCESS_DB and self._silent < IDLE_AFTER_S
        return Heard(block, ours, muted, rings, self._alike)

    def _place(self, near: Floats, played: Floats) -> None:
        """Find the delay, or see whether it has moved."""
        found = self._finder.feed(near, played)
        if found is None:
            return
        if self._delay is not None and LEAST_AHEAD <= found - self._delay <= MOST_AHEAD:
            return
        self._delay = max(0.0, float(found - AHEAD))
        self._canceller.reset()
        self._drift.reset()
        self._suppressor = Suppressor()
        self._loss.clear()
        self._proved = False

    def _cancel(self, near: Floats) -> Pcm16:
        assert self._delay is not None
        reference = self._reference(len(near))
        left = self._canceller.cancel(near, reference)
        self._alike = self._likeness.feed(left, reference)
        out = []
        for at in range(0, len(near), HOP):
            part = left[at : at + HOP]
            out.append(self._suppressor.hop(part, near[at : at + HOP] - part))
            self._excess.append(self._suppressor.excess)
        self._rest = near[-HOP:]
        if float(np.mean(reference**2)) > QUIET * 10:
            self._drift.look(self._canceller.head, len(near) // HOP)
            heard, kept = float(np.mean(near**2)), float(np.mean(left**2))
            self._loss.append(10 * np.log10((heard + 1e-9) / (kept + 1e-9)))
            if len(self._loss) >= PROVE_FIRST and self.loss_db >= PROVED_DB:
                self._proved = True
        return to_int16(np.concatenate(out))

    def _reference(self, size: int) -> Floats:
        """What was played `delay` ago, by the microphone's clock."""
        assert self._delay is not None
        later = self._drift.rate * np.arange(1, size + 1)
        at = len(self._past) - size + np.arange(size) - self._delay - later
        self._delay = max(0.0, self._delay + self._drift.rate * size)
        return between(self._past, np.minimum(at, len(self._past) - 9.0))

    def _late(self, near: Floats) -> Pcm16:
        """The sound as it is, as late as the suppressor makes it."""
        whole = np.concatenate([self._rest, near])
        self._rest = near[-HOP:]
        return to_int16(whole[: len(near)])
