"""Makes commands sound: renders lines and tones and plays them in the mixer; tells when lines start and end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..audio.mixer import Mixer
from ..audio.resample import resample
from ..core.commands import Command, Hush, PlayTone, Prepare, SetVolume, Speak
from ..core.events import Event, LineEnded, LineStarted
from ..eventlog import EventLog
from ..speaking.tones import tone

if TYPE_CHECKING:
    from ..core.ports import Pcm, Synthesiser

TONE_KEYS = 1_000_000_000  # keys of tones lie above those of lines


class Sounder:
    """Plays what the conversation wants in `mixer`, with `voice`.

    `time_at` maps a mixer sample to session time (s); by default both begin at 0. Not thread-safe as a whole: `execute`
    belongs to one thread, `happened` to one thread.
    """

    def __init__(
        self, mixer: Mixer, voice: Synthesiser, log: EventLog, time_at: Callable[[int], float] | None = None
    ) -> None:
        self._mixer = mixer
        self._time_at = time_at or (lambda sample: sample / mixer.sample_rate)
        self._voice = voice
        self._log = log
        self._tones = TONE_KEYS
        self._lines: dict[int, str] = {}

    def execute(self, command: Command, now: float, sample_at: Callable[[float], int]) -> None:
        """Carry out one command; `sample_at` maps a planned session time (s) to a mixer sample."""
        match command:
            case Speak():
                self.play(command, self.render(command.text, command.rate, private=command.private), sample_at)
            case PlayTone():
                self.tone(command, sample_at)
            case Prepare(lines):
                for text, rate in lines:
                    self.render(text, rate, private=False)
            case Hush(fade_s, report):
                self._mixer.stop_all(fade_s)
                if report:
                    self._log.write(now + fade_s, "stopped")
            case SetVolume(gain, fade_s):
                self._mixer.set_master(gain, fade_s)
            case _:
                pass

    def render(self, text: str, rate: float, *, private: bool) -> Pcm:
        """Speech at the mixer's rate."""
        return resample(
            self._voice.render(text, rate, private=private), self._voice.sample_rate, self._mixer.sample_rate
        )

    def play(self, line: Speak, pcm: Pcm, sample_at: Callable[[float], int]) -> None:
        """Sound a rendered line, now or at its planned time."""
        at = sample_at(line.at) if line.at is not None else None
        self._lines[line.id] = line.line
        self._mixer.play(line.id, pcm, gain=line.gain, at=at)

    def tone(self, wish: PlayTone, sample_at: Callable[[float], int]) -> None:
        """Sound a cue tone at its planned time."""
        self._tones += 1
        pcm = tone(wish.name, wish.length, self._mixer.sample_rate)
        self._mixer.play(self._tones, pcm, gain=wish.gain, at=sample_at(wish.at))

    def happened(self) -> list[Event]:
        """Lines that started or ended since the last call, in order."""
        events: list[Event] = []
        for e in self._mixer.drain():
            if e.key >= TONE_KEYS:
                continue
            t = self._time_at(e.sample)
            if e.kind == "started":
                self._log.write(t, "say_start", {"id": e.key, "line": self._lines.get(e.key, "")})
                events.append(LineStarted(e.key))
            else:
                self._lines.pop(e.key, None)
                self._log.write(t, "say_end", {"id": e.key, "completed": e.completed})
                events.append(LineEnded(e.key, e.completed))
        return events
