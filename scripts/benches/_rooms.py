"""Rooms for the hearing benchmark: image sources, a loudspeaker that distorts, clocks that drift, a delay that moves.

The image-source method (Allen and Berkley, 1979) for a shoebox with equal walls; everything is drawn from a seed, so a
room is the same each time. Rooms of the report have other seeds than those that settings were tuned in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RATE = 16000
SOUND = 343.0  # m/s
RIR_MOST_S = 0.6
SINC = 16  # taps of the fractional delay
SPACE = 1 << 16  # samples of the delay line

TUNING_SEED, REPORT_SEED = 100, 9000


@dataclass(frozen=True)
class Room:
    """Two impulse responses in one room. `echo` and `person` have an energy of 1."""

    rt60: float
    echo: Floats
    person: Floats
    loss: float  # how much of the loudspeaker's energy is distortion, 0..1
    drift_ppm: float
    lag_s: float


def draw_room(seed: int, rt60: float | None = None) -> Room:
    """A room of 12 to 90 cubic metres with RT60 0.2-0.8 s, a loudspeaker near the microphone, a person further off."""
    rng = np.random.default_rng(seed)
    size = rng.uniform([2.5, 2.2, 2.2], [6.0, 5.0, 3.0])
    rt60 = float(rng.uniform(0.2, 0.8)) if rt60 is None else rt60
    mic = rng.uniform(0.8, size - 0.8)
    speaker = _near(mic, rng.uniform(0.25, 0.9), size, rng)
    person = _near(mic, rng.uniform(0.4, 1.6), size, rng)
    return Room(
        rt60,
        _impulse(size, rt60, speaker, mic),
        _impulse(size, rt60, person, mic),
        float(rng.uniform(0.0, 0.6)),
        float(rng.uniform(-100, 100)),
        float(rng.uniform(0.02, 0.12)),
    )


def _near(point: Floats, distance: float, size: Floats, rng: np.random.Generator) -> Floats:
    """Another point at that distance, inside the walls."""
    for _ in range(200):
        way = rng.normal(size=3) * [1.0, 1.0, 0.4]
        there: Floats = point + way / np.linalg.norm(way) * distance
        if np.all(there > 0.2) and np.all(there < size - 0.2):
            return there
    return np.clip(point + distance * 0.5, 0.2, size - 0.2)


def _impulse(size: Floats, rt60: float, source: Floats, mic: Floats) -> Floats:
    """Impulse response with an energy of 1, its direct sound at its true distance."""
    volume, surface = float(np.prod(size)), 2 * float(size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
    absorbed = min(0.95, 1 - np.exp(-0.161 * volume / (surface * rt60)))  # Eyring
    reflected = np.sqrt(1 - absorbed)
    length = round(min(rt60, RIR_MOST_S) * RATE)
    reach = [int(np.ceil(length / RATE * SOUND / (2 * s))) for s in size]
    steps = [np.arange(-n, n + 1) for n in reach]
    out = np.zeros(length + 1)
    for flip in np.ndindex(2, 2, 2):
        axes = [(1 - 2 * f) * s + 2 * n * d - m for f, s, n, d, m in zip(flip, source, steps, size, mic, strict=True)]
        bounces = [np.abs(n - f) + np.abs(n) for f, n in zip(flip, steps, strict=True)]
        far = np.sqrt(axes[0][:, None, None] ** 2 + axes[1][None, :, None] ** 2 + axes[2][None, None, :] ** 2)
        count = bounces[0][:, None, None] + bounces[1][None, :, None] + bounces[2][None, None, :]
        place = far.ravel() / SOUND * RATE
        keep = place < length
        gain = reflected ** count.ravel()[keep] / np.maximum(far.ravel()[keep], 0.1)
        whole = np.floor(place[keep]).astype(int)
        part = place[keep] - whole
        out += np.bincount(whole, gain * (1 - part), length + 1) + np.bincount(whole + 1, gain * part, length + 2)[:-1]
    out = _no_rumble(out)
    return out / np.sqrt(np.sum(out**2))


def _no_rumble(response: Floats) -> Floats:
    """Without what is below 80 Hz: equal walls pile it up, and no small loudspeaker plays it."""
    spectrum = np.fft.rfft(response, 2 * len(response))
    hertz = np.fft.rfftfreq(2 * len(response), 1 / RATE)
    return np.fft.irfft(spectrum * (hertz**4 / (hertz**4 + 80.0**4)))[: len(response)]


class EchoPath:
    """From what we play to what the microphone gets of it, block by block; rooms change and delays jump at will."""

    def __init__(self, room: Room, level: float = 1.0) -> None:
        self.level = level
        self._tail = np.zeros(0)
        self.enter(room)
        self._line = np.zeros(SPACE)
        self._written = 0
        self._offset = room.lag_s * RATE

    def enter(self, room: Room) -> None:
        """Be in this room from now on; clock and delay go on as they were."""
        self.room = room

    def jump(self, seconds: float) -> None:
        """The delay changes at once, as when a buffer was lost."""
        self._offset = max(0.005 * RATE, self._offset + seconds * RATE)

    def play(self, block: Floats) -> Floats:
        """The echo that arrives while `block` (float, -1..1) is given to the loudspeaker."""
        bent = _loudspeaker(block, self.room.loss)
        size = len(bent) + len(self.room.echo)
        fft = 1 << int(np.ceil(np.log2(size)))
        wet = np.fft.irfft(np.fft.rfft(bent, fft) * np.fft.rfft(self.room.echo, fft), fft)[:size]
        out = np.zeros(max(size, len(self._tail)))
        out[: len(self._tail)] += self._tail
        out[:size] += wet
        arrived, self._tail = out[: len(block)], out[len(block) :]
        return self._delayed(arrived) * self.level

    def _delayed(self, block: Floats) -> Floats:
        where = np.arange(self._written, self._written + len(block))
        self._line[where % SPACE] = block
        self._written += len(block)
        self._offset -= self.room.drift_ppm * 1e-6 * len(block)
        self._offset = float(np.clip(self._offset, SINC, 0.4 * RATE))
        at = where - self._offset - self.room.drift_ppm * 1e-6 * (np.arange(len(block)) - len(block))
        base = np.floor(at).astype(int)
        part = (at - base)[:, None]
        taps = np.arange(-SINC // 2 + 1, SINC // 2 + 1)[None, :]
        distance = part - taps
        weight = np.sinc(distance) * np.cos(np.pi * distance / (SINC + 2)) ** 2
        return (self._line[(base[:, None] + taps) % SPACE] * weight).sum(axis=1)


def _loudspeaker(block: Floats, loss: float) -> Floats:
    """A small loudspeaker: it bends what is loud, and one way more than the other."""
    if not loss:
        return block
    drive = 1.0 + 2.0 * loss
    bent = np.tanh(drive * (block + 0.15 * loss * block**2)) / drive
    return np.asarray(bent)


def through(response: Floats, pcm: Floats) -> Floats:
    """A whole sound in a room."""
    size = len(pcm) + len(response) - 1
    fft = 1 << int(np.ceil(np.log2(size)))
    return np.fft.irfft(np.fft.rfft(pcm, fft) * np.fft.rfft(response, fft), fft)[:size]


def rms(pcm: Floats | Sequence[float]) -> float:
    """Root mean square of what is not silence (within 40 dB of the loudest 20 ms)."""
    sound = np.asarray(pcm, dtype=float)
    whole = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    if not len(whole):
        return 0.0
    power = np.mean(whole**2, axis=1)
    loud = power[power > power.max() * 1e-3] if power.max() > 0 else power
    return float(np.sqrt(np.mean(loud)))
