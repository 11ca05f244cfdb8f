"""What a session is: a generator that yields what it wants and is sent what came of it.

Pause is not advancing it, stop is `close()`, repeat is issuing the last directive again. Stop, pause, volume, help and
safety live above it, so no session can forget them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .meaning import Expect, Meaning, SlotValue
from .memory import Memory

Slots = Mapping[str, object]


# ---- what a session wants -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Say:
    """Speak one variant of a content line. `text` replaces the content's words (a person's own: then `private`)."""

    line: str
    slots: Slots = field(default_factory=dict)
    rate: float = 1.0
    gain: float = 1.0
    text: str | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Speak a line and wait for the answer; `silence_s` without a word after the question is an answer too.

    `text` replaces the content's words. `private`: there are words of the person in it.
    """

    line: str
    expect: Expect
    slots: Slots = field(default_factory=dict)
    silence_s: float = 20.0
    private: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Be quiet. Waits that follow one another add up exactly: each is planned from the planned end of the last.

    `restart`: after a pause (or a spoken interruption) the session is sent `Resumed` instead of the rest of the wait.
    """

    seconds: float
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """A breath cue, now: a tone over `seconds` and one or two words; does not take time."""

    phase: Literal["in", "hold", "out", "rest"]
    cycle: int
    seconds: float
    line: str


@dataclass(frozen=True, slots=True)
class Fade:
    """Bring the loudness to `gain` (1.0 = the person's own volume) within `seconds`; does not take time."""

    gain: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Enter:
    """Run another session inside this one; its outcome comes back as `Done.outcome`."""

    session: Session


@dataclass(frozen=True, slots=True)
class Ready:
    """These lines will be needed on time: have every variant rendered; does not take time."""

    lines: tuple[str, ...]


Directive = Say | Ask | Wait | Cue | Fade | Enter | Ready


# ---- what came of it ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Done:
    """It was said, waited for, played; or the inner session ended with `outcome`."""

    outcome: str = "completed"


@dataclass(frozen=True, slots=True)
class Answer:
    """The person answered."""

    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody answered."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The wait was interrupted and the session goes on now: begin the phase anew."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The person wants the next thing or the one before."""

    to: Literal["next", "back"]


Outcome = Done | Answer | Silence | Resumed | Moved
Flow = Generator[Directive, Outcome, str]


class Session(Protocol):
    """One thing VoiceHeal does with a person."""

    @property
    def name(self) -> str:
        """Name in the event log."""
        ...

    @property
    def moves(self) -> bool:
        """Whether it takes "next" and "back" itself."""
        ...

    @property
    def paced(self) -> Literal["speech", "breath"]:
        """What "slower" and "faster" change."""
        ...

    @property
    def night(self) -> bool:
        """Quiet rules: small talk and feelings are not answered, and the conversation ends with the session."""
        ...

    def run(self) -> Flow:
        """The session itself; returns its outcome."""
        ...

    def status(self) -> tuple[str, Slots]:
        """Where it is: a content line and its slots."""
        ...

    def notice(self, text: str) -> str | None:
        """A line to end with at once, when `text` means that this session must not go on (dizzy while breathing)."""
        ...

    def why(self) -> str | None:
        """A line that says what this is good for, when asked "why?"."""
        ...

    def dislike(self) -> str | None:
        """Leave out from now on what was said last ("not me"); the line that answers, None = it cannot."""
        ...

    def traces(self) -> Mapping[str, str]:
        """What the record may know of it besides its name: no words of the person."""
        ...


class Phrases(Protocol):
    """Words for line ids."""

    def pick(self, line_id: str, **slots: object) -> str:
        """One variant, filled in, never the same twice in a row."""
        ...

    def nth(self, line_id: str, n: int, **slots: object) -> str:
        """The n-th variant, filled in; beyond the last it begins anew."""
        ...

    def variants(self, line_id: str) -> tuple[str, ...]:
        """All variants as written."""
        ...

    def __contains__(self, line_id: object) -> bool: ...


def is_yes(outcome: object) -> bool:
    """Whether a question was answered with yes."""
    return isinstance(outcome, Answer) and outcome.meaning.intent == "yes"


class Plain:
    """What a session is that says nothing else of itself; `name`, `run` and `status` are its own."""

    moves = False
    paced: Literal["speech", "breath"] = "speech"
    night = False

    def notice(self, text: str) -> str | None:
        """Nothing ends it."""
        return None

    def why(self) -> str | None:
        """No reason is given."""
        return None

    def dislike(self) -> str | None:
        """There is nothing to leave out."""
        return None

    def traces(self) -> Mapping[str, str]:
        """Nothing but its name."""
        return {}


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone the person wants to be reminded of when it gets dark; `phone` as they wrote it."""

    name: str
    phone: str


@dataclass(slots=True)
class Context:
    """What the person has set in this conversation; lives and dies with it.

    Attributes:
        rate: speed of speech, 1.0 normal. breath_pace: length of a breath, 1.0 as the pattern says, 1.2 a fifth slower.
        time: planned session time of what happens now, s; set by the player before a session goes on.
        volume: 0..1. patience: how long a pause in an answer may last, 1.0 normal.
        memory: what is known of the person, and where what they want kept goes.
        breathing_told: the safety words before breathing were said.
        region: two-letter country for help lines; "" or one without an entry = unknown. region_guessed: nobody said so.
        region_told: what the person answered at the first start, None when they were not asked.
        contacts: people they named, in the settings or by voice.
        safety_times: how often it was about their safety. safety_said: line id -> how often it was said then.
        interrupted: something waits below the safety session.
    """

    phrases: Phrases
    rng: random.Random = field(default_factory=random.Random)
    name: str = ""
    region: str = ""
    rate: float = 1.0
    breath_pace: float = 1.0
    volume: float = 0.8
    patience: float = 1.0
    memory: Memory = field(default_factory=Memory)
    breathing_told: bool = False
    time: float = 0.0
    region_guessed: bool = False
    region_told: str | None = None
    contacts: tuple[Contact, ...] = ()
    safety_times: int = 0
    safety_said: dict[str, int] = field(default_factory=dict)
    interrupted: bool = False


Factory = Callable[[Context, Mapping[str, SlotValue], "Meaning | None"], Session]
