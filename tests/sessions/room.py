"""A conversation with the real content and an understanding that is told what words mean; time jumps."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voiceheal.core.commands import Command, Hush, Note, Speak
from voiceheal.core.conversation import Conversation
from voiceheal.core.events import Deadline, Event, LineEnded, Started, Utterance
from voiceheal.core.meaning import Completeness, Expect, Meaning
from voiceheal.core.session import Context, Session
from voiceheal.packs.loader import Pack, load_pack
from voiceheal.packs.phrases import Phrasebook
from voiceheal.sessions import build_sessions, first_session, safety_session

ENGLISH = Path(__file__).resolve().parents[2] / "content" / "en"
SPOKEN_S = 2.0


class Told:
    """Understands what it was told; "yes" and "no" too; anything else is a feeling without a name."""

    def __init__(self, known: Mapping[str, Meaning]) -> None:
        self._known = known

    def understand(
        self,
        text: str,
        alternatives: Sequence[str] = (),
        expect: Expect | None = None,
        command: str = "",
        sure: float = 1.0,
        clear: float = 1.0,
    ) -> Meaning:
        if text in self._known:
            return self._known[text]
        if text in ("yes", "no", "stop"):
            return Meaning(text, text, confidence=1.0, how="template")
        return Meaning(text, "out_of_scope", confidence=0.5, how="model")

    def completeness(self, text: str, expect: Expect) -> Completeness:
        return Completeness.COMPLETE


@dataclass
class Room:
    """Drives a conversation; each line takes SPOKEN_S."""

    conversation: Conversation
    now: float = 0.0
    done: list[Command] = field(default_factory=list)
    ends: dict[int, float] = field(default_factory=dict)

    def post(self, event: Event) -> None:
        for command in self.conversation.handle(event, self.now):
            self.done.append(command)
            if isinstance(command, Speak) and command.at is None:
                self.ends[command.id] = self.now + SPOKEN_S
            elif isinstance(command, Hush):
                self.ends.clear()

    def until_turn(self, most_s: float = 3600.0) -> None:
        """Until it is the person's turn."""
        end = self.now + most_s
        while not self.conversation.listening and not self.conversation.over and self.now < end:
            self._step(end)

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self._step(end)

    def _step(self, end: float) -> None:
        line = min(self.ends, key=lambda i: self.ends[i], default=None)
        due = self.conversation.next_deadline
        at = min([t for t in (self.ends.get(line) if line else None, due) if t is not None], default=end)
        self.now = min(max(self.now, at), end)
        if at > end or (line is None and due is None):
            return
        if line is not None and self.ends[line] <= self.now:
            del self.ends[line]
            self.post(LineEnded(line))
        else:
            self.post(Deadline())

    def says(self, text: str) -> list[str]:
        """The person says `text` when it is their turn; the lines that come of it, until it is their turn again."""
        self.until_turn()
        before = len(self.done)
        self.post(Utterance(text))
        self.until_turn()
        return [c.line for c in self.done[before:] if isinstance(c, Speak)]

    def says_early(self, text: str) -> None:
        """The person says `text` at once."""
        self.post(Utterance(text))

    def says_for(self, text: str, seconds: float) -> None:
        """The person says `text` when it is their turn, and then nothing."""
        self.until_turn()
        self.post(Utterance(text))
        self.pass_time(seconds)

    def silent(self, seconds: float) -> list[str]:
        self.until_turn()
        before = len(self.done)
        self.pass_time(seconds)
        return [c.line for c in self.done[before:] if isinstance(c, Speak)]

    @property
    def spoken(self) -> list[Speak]:
        return [c for c in self.done if isinstance(c, Speak)]

    @property
    def notes(self) -> list[Note]:
        return [c for c in self.done if isinstance(c, Note)]


def english() -> Pack:
    return load_pack(ENGLISH)


def context_of(pack: Pack, seed: int = 1, region: str = "US") -> Context:
    rng = random.Random(seed)
    return Context(Phrasebook(pack.lines, rng), rng, region=region)


def room(
    pack: Pack, context: Context, known: Mapping[str, Meaning], *, first: bool = False, begin: str | None = None
) -> Room:
    """A conversation that has begun."""
    sessions = build_sessions(pack)
    opening: Callable[[Context, bool], Session] | None = first_session(pack, sessions) if first else None
    made = Room(
        Conversation(
            understanding=Told(known),
            sessions=sessions,
            safety=safety_session(pack),
            context=context,
            first=first,
            opening=opening,
        )
    )
    made.post(Started(begin))
    return made
