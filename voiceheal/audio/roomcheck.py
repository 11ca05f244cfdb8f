"""What a microphone makes of a room: levels, clipping, and how our own loudspeaker comes back; figures, no advice."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import AudioDeviceError
from .resample import SPEECH_RATE, resample
from .streams import MicStream, SpeakerStream

if TYPE_CHECKING:
    from ..core.ports import Clock, Pcm, Pcm16

QUIET_S = 1.0  # of the room before anything is played
SWEEP_S, SWEEP_FROM, SWEEP_TO = 0.6, 300.0, 5000.0  # s, Hz: what loudspeakers and microphones of laptops can do
SWEEP_LEVEL = 0.25  # -12 dBFS: clear, not startling
LEAD_S, AFTER_S = 0.4, 0.8  # before the sweep, and after everything, heard on for a late echo
LATE_S = 0.7  # an echo later than this is not looked for
HEARD = 0.12  # likeness (normalised correlation) from which the sweep was heard
WAIT_S = 4.0  # beyond the time it should take
FULL = 32700  # a sample from here on is clipped
SILENT_DB = -120.0


@dataclass(frozen=True)
class Levels:
    """Of a recording, dB below full scale; `clipped` is the share of samples at full scale."""

    level_db: float
    floor_db: float
    peak_db: float
    clipped: float


@dataclass(frozen=True)
class Echo:
    """How the loudspeaker comes back.

    Attributes:
        delay_s: from the render of a sample to its arrival in the microphone.
        loss_db: how much quieter it is there than it was played.
    """

    delay_s: float
    loss_db: float


@dataclass(frozen=True)
class Recording:
    """What the microphone heard: the room, then what we played at `sweep_at` (s from the first sample)."""

    quiet: Pcm16
    whole: Pcm16
    sweep_at: float
    speech_at: float


def sweep(rate: int) -> Pcm:
    """A short rising tone: nothing else in a room looks like it."""
    t = np.arange(round(SWEEP_S * rate)) / rate
    phase = 2 * np.pi * (SWEEP_FROM * t + (SWEEP_TO - SWEEP_FROM) * t**2 / (2 * SWEEP_S))
    edge = np.minimum(1.0, np.minimum(t, SWEEP_S - t) / 0.02)
    return (SWEEP_LEVEL * edge * np.sin(phase)).astype(np.float32)


def levels(pcm: Pcm16) -> Levels:
    """Levels of a recording."""
    sound = pcm.astype(np.float64) / 32768
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    powers = (frames**2).mean(axis=1) if len(frames) else np.zeros(1)
    return Levels(
        level_db=_db(float(powers.mean())),
        floor_db=_db(float(np.percentile(powers, 20))),
        peak_db=_db(float(np.max(np.abs(sound), initial=0.0)) ** 2),
        clipped=float(np.mean(np.abs(pcm.astype(np.int32)) >= FULL)) if len(pcm) else 0.0,
    )


def find_echo(whole: Pcm16, sweep_at: float) -> Echo | None:
    """Where and how loud the sweep rendered at `sweep_at` (s) is in the recording; None when it is not there."""
    played = sweep(SPEECH_RATE).astype(np.float64)
    first = max(0, round(sweep_at * SPEECH_RATE))
    piece = whole[first : first + len(played) + round(LATE_S * SPEECH_RATE)].astype(np.float64) / 32768
    if len(piece) < len(played):
        return None
    size = 1 << int(np.ceil(np.log2(len(piece) + len(played))))
    product = np.fft.irfft(np.fft.rfft(piece, size) * np.conj(np.fft.rfft(played, size)), size)
    product = product[: len(piece) - len(played) + 1]
    energy = np.concatenate([[0.0], np.cumsum(piece**2)])
    here = np.maximum(energy[len(played) :] - energy[: -len(played)], 1e-12)
    alike = np.abs(product) / np.sqrt(here * float(played @ played))
    lag = int(np.argmax(alike))
    if alike[lag] < HEARD:
        return None
    gain = float(np.sqrt(here[lag] / (played @ played)))
    return Echo(first / SPEECH_RATE - sweep_at + lag / SPEECH_RATE, -20 * np.log10(max(gain, 1e-6)))


def listen(microphone: str | None, clock: Clock, speaker: str | None, speech: tuple[Pcm, int] | None) -> Recording:
    """Record the room, and then with `speech` (samples, rate) the sweep and the speech from the loudspeaker.

    Raises:
        AudioDeviceError: a device is missing, refused, or gives no sound.
    """
    tape = _Tape(microphone, clock)
    try:
        quiet = tape.wait_for(QUIET_S)
        if speech is None:
            return Recording(quiet, quiet, 0.0, 0.0)
        out = SpeakerStream(speaker, clock)
        out.start()
        try:
            return _play(tape, out, clock, speech, quiet)
        finally:
            out.close()
    finally:
        tape.close()


def _play(tape: _Tape, out: SpeakerStream, clock: Clock, speech: tuple[Pcm, int], quiet: Pcm16) -> Recording:
    rate = round(out.mixer.sample_rate)
    said = resample(speech[0], speech[1], rate)
    at = out.sample_at(clock.now() + LEAD_S)
    later = at + round((SWEEP_S + 2 * LEAD_S) * rate)
    out.mixer.play(1, sweep(rate), at=at)
    out.mixer.play(2, said, at=later)
    wanted = clock.now() - tape.began + 3 * LEAD_S + SWEEP_S + len(said) / rate + AFTER_S
    whole = tape.wait_for(wanted)
    return Recording(quiet, whole, out.time_at(at) - tape.began, out.time_at(later) - tape.began)


class _Tape:
    """Keeps what a microphone gives."""

    def __init__(self, device: str | None, clock: Clock) -> None:
        self.began = 0.0  # session time of the first sample
        self._blocks: list[Pcm16] = []
        self._more = threading.Condition()
        self._mic = MicStream(device, self._keep, clock)
        self._mic.start()

    def _keep(self, block: Pcm16, t: float) -> None:
        with self._more:
            if not self._blocks:
                self.began = t
            self._blocks.append(block)
            self._more.notify_all()

    def wait_for(self, seconds: float) -> Pcm16:
        """Everything from the first sample on, as soon as there are so many seconds of it."""
        with self._more:
            came = self._more.wait_for(
                lambda: sum(map(len, self._blocks)) >= seconds * SPEECH_RATE, timeout=seconds + WAIT_S
            )
            if not came:
                raise AudioDeviceError(
                    f'The microphone "{self._mic.device.name}" opens but gives no sound.',
                    "Choose another one with `microphone:` in the settings; `voiceheal devices` lists them.",
                )
            return np.concatenate(self._blocks)

    def close(self) -> None:
        """Hear no more."""
        self._mic.close()


def _db(power: float) -> float:
    return max(SILENT_DB, 10 * float(np.log10(max(power, 1e-12))))
