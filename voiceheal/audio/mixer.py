"""All sound that leaves goes through here: sources with sample-exact starts, gains and fades, summed into one stream.

Positions are samples since the mixer was made. Any thread may call any method; the lock is held for microseconds while
commands are given and for the length of one block while it is rendered. Nothing is called back from inside `render`
but `tap`: what happened is fetched by `drain`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from ..core.ports import Pcm

LIMIT_FROM = 0.8  # amplitude above which sums are bent, so that they stay below 1.0
RESTART_FADE_S = 0.005  # when a key is played anew while it sounds


@dataclass(frozen=True, slots=True)
class MixerEvent:
    """A source started or ended. `sample`: the position it did; `completed`: False when it was cut or never began."""

    kind: Literal["started", "ended"]
    key: int
    sample: int
    completed: bool = True


class _Ramp:
    """A gain on its way to a target, linear."""

    def __init__(self, value: float) -> None:
        self.value = value
        self._target = value
        self._left = 0  # samples until the target is reached

    def to(self, target: float, samples: int) -> None:
        self._target, self._left = target, samples
        if samples <= 0:
            self.value = target

    def take(self, n: int) -> Pcm | float:
        """Gain of the next n samples: one figure while nothing changes."""
        if self._left <= 0:
            return self.value
        steps = np.minimum(np.arange(1, n + 1, dtype=np.float32) / self._left, 1.0)
        gains: Pcm = (self.value + (self._target - self.value) * steps).astype(np.float32)
        self._left -= n
        self.value = float(gains[-1]) if self._left > 0 else self._target
        return gains


@dataclass(slots=True)
class _Source:
    key: int
    pcm: Pcm
    gain: float
    start: int  # position of its first sample
    fade_in: int  # samples
    began: bool = False
    told: bool = False  # its end has been reported already
    cut_at: int | None = None  # position where its fade-out begins
    cut_len: int = 0  # samples

    @property
    def end(self) -> int:
        """Position after its last sample."""
        whole = self.start + len(self.pcm)
        return whole if self.cut_at is None else min(whole, self.cut_at + self.cut_len)

    def add_to(self, out: Pcm, position: int) -> None:
        """Add what of it falls into the block that begins at `position`."""
        first, last = max(self.start, position), min(self.end, position + len(out))
        if first >= last:
            return
        piece = self.pcm[first - self.start : last - self.start] * np.float32(self.gain)
        if first - self.start < self.fade_in:
            piece *= np.minimum(np.arange(first - self.start + 1, last - self.start + 1) / self.fade_in, 1.0)
        if self.cut_at is not None and self.cut_len:
            fall = 1.0 - np.arange(first - self.cut_at + 1, last - self.cut_at + 1) / self.cut_len
            piece *= np.clip(fall, 0.0, 1.0)
        out[first - position : last - position] += piece.astype(np.float32)


class Mixer:
    """Sums sources into mono float32 blocks.

    Args:
        sample_rate: Hz of everything that goes in and comes out.
    """

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.tap: Callable[[Pcm, int], None] | None = None  # given each block that leaves, with its position: far end
        self._lock = Lock()
        self._position = 0
        self._sources: list[_Source] = []
        self._events: list[MixerEvent] = []
        self._master = _Ramp(1.0)
        self._bus = _Ramp(1.0)

    @property
    def position(self) -> int:
        """Samples rendered so far."""
        return self._position

    @property
    def sounding(self) -> bool:
        """Whether any source sounds now (fading out counts)."""
        with self._lock:
            return any(s.start <= self._position for s in self._sources)

    @property
    def busy(self) -> bool:
        """Whether any source sounds or is planned."""
        return bool(self._sources)

    def play(self, key: int, pcm: Pcm, gain: float = 1.0, at: int | None = None, fade_in_s: float = 0.005) -> None:
        """Start a source at position `at` (now when None or in the past); a source of the same key is cut for it.

        `pcm` is mono float32 at `sample_rate`; it is not copied and must not be changed afterwards.
        """
        samples: Pcm = np.ascontiguousarray(pcm, dtype=np.float32).reshape(-1)
        if not np.isfinite(samples).all():
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        with self._lock:
            for old in [s for s in self._sources if s.key == key]:
                self._cut(old, RESTART_FADE_S)
                self._tell_end(old, completed=False)
            start = self._position if at is None else max(at, self._position)
            self._sources.append(_Source(key, samples, gain, start, self._samples(fade_in_s)))

    def stop(self, key: int, fade_s: float = 0.02) -> None:
        """Fade one source out, or drop it when it has not begun."""
        with self._lock:
            for source in [s for s in self._sources if s.key == key]:
                self._cut(source, fade_s)

    def stop_all(self, fade_s: float = 0.02) -> None:
        """Fade out what sounds, drop what is planned; with `fade_s` 0 all is over at once."""
        with self._lock:
            for source in list(self._sources):
                self._cut(source, fade_s)

    def set_master(self, gain: float, fade_s: float = 0.0) -> None:
        """Master volume, linear amplitude, reached within `fade_s`."""
        with self._lock:
            self._master.to(gain, self._samples(fade_s))

    def set_bus(self, gain: float, fade_s: float = 0.0) -> None:
        """A second gain on everything, for the slow fade of the sleep timer: the volume is not touched by it."""
        with self._lock:
            self._bus.to(gain, self._samples(fade_s))

    def render(self, n: int) -> Pcm:
        """The next n samples, never beyond -1..1."""
        out: Pcm = np.zeros(n, np.float32)
        with self._lock:
            position = self._position
            for source in self._sources:
                source.add_to(out, position)
            out *= self._master.take(n)
            out *= self._bus.take(n)
            self._position += n
            self._settle()
        _limit(out)
        if self.tap is not None:
            self.tap(out, position)
        return out

    def next_event(self) -> int | None:
        """The next position, after the present one, at which a source starts or ends; None when nothing is planned."""
        with self._lock:
            marks = [m for s in self._sources for m in (s.start, s.end) if m > self._position]
        return min(marks, default=None)

    def drain(self) -> list[MixerEvent]:
        """What happened since the last call, in the order of its positions."""
        with self._lock:
            events, self._events = self._events, []
        return sorted(events, key=lambda e: e.sample)

    def _samples(self, seconds: float) -> int:
        return max(0, round(seconds * self.sample_rate))

    def _cut(self, source: _Source, fade_s: float) -> None:
        fade = self._samples(fade_s)
        if not source.began or fade == 0:
            self._sources.remove(source)
            self._tell_end(source, completed=False)
        elif source.cut_at is None or self._position + fade < source.end:
            self._bend(source, fade)

    def _bend(self, source: _Source, fade: int) -> None:
        """Let it fall from where it is; a fade on its way goes on at the level it has reached."""
        if source.cut_at is not None and source.cut_len:
            source.gain *= max(0.0, 1.0 - (self._position - source.cut_at) / source.cut_len)
        source.cut_at, source.cut_len = self._position, fade

    def _tell_end(self, source: _Source, *, completed: bool) -> None:
        if not source.told:
            source.told = True
            self._events.append(MixerEvent("ended", source.key, min(self._position, source.end), completed))

    def _settle(self) -> None:
        """Note what began and ended up to the present position, and forget what is over."""
        for source in self._sources:
            if not source.began and (source.start < self._position):
                source.began = True
                self._events.append(MixerEvent("started", source.key, source.start))
            if source.began and source.end <= self._position:
                self._tell_end(source, completed=source.cut_at is None)
        self._sources = [s for s in self._sources if not s.began or s.end > self._position]


def _limit(out: Pcm) -> None:
    """Bend what is louder than `LIMIT_FROM` towards 1.0, in place; softer sound is untouched."""
    loud = np.abs(out) > LIMIT_FROM
    if loud.any():
        over = (np.abs(out[loud]) - LIMIT_FROM) / (1.0 - LIMIT_FROM)
        out[loud] = np.sign(out[loud]) * (LIMIT_FROM + (1.0 - LIMIT_FROM) * np.tanh(over))
