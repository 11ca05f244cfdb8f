"""What happened: the only things that go into the conversation. Frozen; times are seconds of session audio time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Started:
    """The session has begun. `intent` starts something at once (as `voiceheal breathe` does), with its slots."""

    intent: str | None = None
    slots: tuple[tuple[str, str | int | float], ...] = ()


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """The person began to speak."""

    t: float


@dataclass(frozen=True, slots=True)
class Partial:
    """What has been heard so far of an utterance that is not over."""

    text: str
    t: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """The person has finished saying something.

    Attributes:
        text: best transcript, lower case.
        alternatives: other transcripts, best first (for safety and sound-alikes).
        confidence: mean word confidence 0..1 of the recogniser.
        start_s, end_s: the speech itself, s of audio time; decided_s: when it was taken as finished.
        while_speaking: it was said (at least begun) while VoiceHeal itself was speaking.
        command: what the command grammar heard, when it knew every word and was sure enough; else "". A closed
            grammar hears commands in anything: believe it only where it sounds like `text`.
        command_confidence: mean word confidence 0..1 of `command`.
    """

    text: str
    alternatives: tuple[str, ...] = ()
    confidence: float = 1.0
    start_s: float = 0.0
    end_s: float = 0.0
    decided_s: float = 0.0
    while_speaking: bool = False
    command: str = ""
    command_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class LineStarted:
    """The first sample of a spoken line sounded (or the line was printed)."""

    id: int


@dataclass(frozen=True, slots=True)
class LineEnded:
    """A spoken line ended; `completed` is False when it was cut."""

    id: int
    completed: bool = True


@dataclass(frozen=True, slots=True)
class Deadline:
    """The time the conversation asked to be woken at has come."""


@dataclass(frozen=True, slots=True)
class InputEnded:
    """Nothing more will be heard (end of the input file, keyboard closed): finish what runs, ask nothing more."""


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A sound device went away."""

    kind: Literal["microphone", "speaker"]


@dataclass(frozen=True, slots=True)
class DeviceBack:
    """The sound device is there again."""

    kind: Literal["microphone", "speaker"]


@dataclass(frozen=True, slots=True)
class Failed:
    """A part failed in its own thread (voice worker, recogniser); the conversation goes on if it can."""

    code: str
    message: str


Event = (
    Started | SpeechBegan | Partial | Utterance | LineStarted | LineEnded | Deadline | InputEnded | DeviceLost
    | DeviceBack | Failed
)  # fmt: skip
