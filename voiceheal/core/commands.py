"""What to do: the only things that come out of the conversation. Frozen; times are seconds of session audio time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .meaning import Expect, Meaning


@dataclass(frozen=True, slots=True)
class Speak:
    """Say one line.

    Attributes:
        id: unique in the session; LineStarted and LineEnded carry it back.
        text: words to say; `[pause 1.5]` inside means that many seconds of silence.
        line: the content's id of what is said (never the person's words); goes to the event log.
        rate: speed factor, 1.0 normal, 0.8 slower.
        gain: loudness factor of this line on top of the master volume, 0..1.
        private: holds words of the person: never cached on disk.
        at: plan to start at this time; None = as soon as possible.
    """

    id: int
    text: str
    line: str
    rate: float = 1.0
    gain: float = 1.0
    private: bool = False
    at: float | None = None


@dataclass(frozen=True, slots=True)
class PlayTone:
    """Sound a short, soft cue tone ("in", "hold", "out", "rest", "listening") planned at `at`.

    `length` is how long the phase lasts, s; a tone may use it to swell over the whole phase.
    """

    name: str
    at: float
    length: float
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class Hush:
    """Fade out everything that sounds within `fade_s`, drop everything planned.

    `report`: log a `stopped` line when the output is silent.
    """

    fade_s: float = 0.02
    report: bool = False


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Master volume 0..1 (linear amplitude), reached within `fade_s`."""

    gain: float
    fade_s: float = 0.2


@dataclass(frozen=True, slots=True)
class Prepare:
    """These lines will be said soon: render them now, so that they start on time. (text, rate) pairs."""

    lines: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Listen:
    """From now on this is what the conversation expects to hear."""

    expect: Expect


@dataclass(frozen=True, slots=True)
class Note:
    """One line for the event log; `words` holds what the person said and is left out unless asked for."""

    type: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)


def note_of(m: Meaning) -> Note:
    """The line about what was understood; free text in a slot is the person's words."""
    fields = {
        "intent": m.intent,
        "slots": {k: v for k, v in m.slots.items() if k != "text"},
        "stage": m.stage,
        "confidence": round(m.confidence, 3),
        "how": m.how,
    }
    return Note("intent", fields, words={"text": m.text})


@dataclass(frozen=True, slots=True)
class Quit:
    """The conversation is over."""

    status: int = 0


Command = Speak | PlayTone | Hush | SetVolume | Prepare | Listen | Note | Quit
