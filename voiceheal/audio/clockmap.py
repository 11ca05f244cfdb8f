"""Maps samples to session time and back, though callbacks come late and sound cards run a little fast or slow."""

from __future__ import annotations

from collections import deque

WINDOW = 250  # callbacks looked back at: 5 s of 20 ms blocks
SLEW_S = 0.0002  # how far the map moves a callback: 1 % of a 20 ms block, never audible
JUMP_S = 0.1  # an error beyond this ...
JUMP_AFTER = 25  # ... for so many callbacks in a row is a gap (device lost, machine asleep), not a late callback


class ClockMap:
    """Session time of a sample: `offset + sample / rate`.

    A callback may be late but hardly early, so the offset is the smallest of the last ones, followed slowly: a loaded
    machine does not shake the times of planned sounds, drift is followed.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._offset: float | None = None
        self._recent: deque[float] = deque(maxlen=WINDOW)

    @property
    def ready(self) -> bool:
        """Whether there was any callback yet."""
        return self._offset is not None

    def note(self, now: float, position: int) -> None:
        """A callback was called at session time `now` (s) for the block that begins at sample `position`."""
        offset = now - position / self.rate
        self._recent.append(offset)
        if self._offset is None:
            self._offset = offset
            return
        latest = list(self._recent)[-JUMP_AFTER:]
        if offset < self._offset - JUMP_S or (len(latest) == JUMP_AFTER and min(latest) > self._offset + JUMP_S):
            self._offset = min(latest) if offset >= self._offset else offset
            self._recent.clear()
            self._recent.append(offset)
            return
        error = min(self._recent) - self._offset
        self._offset += max(-SLEW_S, min(SLEW_S, error))

    def sample_at(self, t: float) -> int | None:
        """The sample whose time is session time `t` (s); None before the first callback."""
        return None if self._offset is None else round((t - self._offset) * self.rate)

    def time_at(self, sample: int) -> float | None:
        """Session time (s) of a sample; None before the first callback."""
        return None if self._offset is None else self._offset + sample / self.rate
