"""What a sentence means, and what the conversation expects to hear next. Plain data, shared by every room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol

STAGES = ("denial", "anger", "bargaining", "sadness", "acceptance")
PATTERNS = ("box", "478", "coherent", "sigh", "extended")
STEPS = tuple(range(1, 12))
THEMES = ("worth", "strength", "hope", "self_kindness", "letting_go", "belonging")

BEGIN_INTENTS = (
    "breathe", "affirm", "bedtime", "check_in", "steps", "step", "why_it_hurts", "stages", "reframe", "reflect",
    "values", "reach_out", "journal", "progress", "closing",
)  # fmt: skip
FREE_INTENTS = ("feeling", "out_of_scope")
GLOBAL_INTENTS = (
    "stop", "pause", "resume", "repeat", "next", "back", "slower", "faster", "louder", "quieter", "volume", "status",
    "help", "home", "goodbye", "sleep_timer", "yes", "no", "mood", "forget", "add_affirmation",
)  # fmt: skip
INTENTS = BEGIN_INTENTS + FREE_INTENTS + GLOBAL_INTENTS
# Known by their templates alone; the weights have not heard of them.
OWN_BEGIN = ("safety_plan", "add_contact", "set_region")
OWN_GLOBAL = ("why", "not_me", "call_me", "say_name", "address", "patience")
ALL_INTENTS = INTENTS + OWN_BEGIN + OWN_GLOBAL

SlotValue = str | int | float
Safety = Literal["risk", "danger"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one utterance means.

    Attributes:
        text: the words as heard, normalised (lower case, single spaces).
        intent: one of `INTENTS`.
        slots: slot name -> value, as in docs/interface (minutes: float or int, pattern: str, ...).
        stages: probability of each of the five `STAGES`; sums to at most 1, the rest is "no feeling in it".
        stage: the strongest stage, or None when no feeling was heard.
        safety: "risk" or "danger" when the person may not be safe, else None.
        confidence: 0..1, how sure the intent is.
        unsure: `safety` may be a figure of speech: one soft question before anything else.
        how: which recogniser decided ("template", "sound-alike", "feeling", "none"); for logs and tests.
    """

    text: str
    intent: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    stages: Mapping[str, float] = field(default_factory=dict)
    stage: str | None = None
    safety: Safety | None = None
    confidence: float = 0.0
    how: str = "none"
    unsure: bool = False


class Kind(Enum):
    """What kind of answer the conversation is waiting for."""

    COMMAND = "command"  # nothing was asked: a command, or a feeling told unasked
    OPEN = "open"  # an open question: any length, take time
    YES_NO = "yes_no"
    RATING = "rating"  # a number from 0 to 10
    CHOICE = "choice"  # one of the offers just read out


@dataclass(frozen=True, slots=True)
class Expect:
    """What the conversation expects to hear next.

    Attributes:
        kind: the kind of answer.
        choices: for `Kind.CHOICE`, the intents on offer, in the order they were read out; for other kinds, intents that
            are an answer here and not a command.
        patience: factor on how long to wait for the end of an answer (1.0 normal, 2.0 for slow speakers).
    """

    kind: Kind = Kind.COMMAND
    choices: tuple[str, ...] = ()
    patience: float = 1.0


class Completeness(Enum):
    """How far a partly heard sentence is a command already; decides how long silence must last before it is taken."""

    NONE = "none"  # not a command (so far)
    EXTENDABLE = "extendable"  # a whole command that a longer one begins with ("breathe" / "breathe for five minutes")
    COMPLETE = "complete"  # a whole command, nothing longer begins this way


def check_in_about(told: Meaning) -> Meaning:
    """The check-in that begins with something told unasked."""
    return Meaning(told.text, "check_in", {}, told.stages, told.stage, None, 1.0, "feeling")


class Understanding(Protocol):
    """Turns words into meaning. Pure: no I/O, no state between calls."""

    def understand(
        self,
        text: str,
        alternatives: Sequence[str] = (),
        expect: Expect | None = None,
        command: str = "",
        sure: float = 1.0,
        clear: float = 1.0,
    ) -> Meaning:
        """Meaning of one utterance.

        Args:
            text, alternatives: transcripts, best first. expect: None when it is said out of the blue.
            command: what a grammar of commands heard in the same sound, and `sure` how surely (0..1).
            clear: how surely `text` was heard (0..1).
        """
        ...

    def completeness(self, text: str, expect: Expect) -> Completeness:
        """Whether a partial transcript is a whole command already."""
        ...
