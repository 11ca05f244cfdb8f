"""What the ears know while they listen: the world around them, and the utterance that is being heard."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core.meaning import Expect
from .recogniser import Hypothesis

TAIL_S = 0.3  # our own line may still be heard this long after it ended


@dataclass(frozen=True, slots=True)
class Situation:
    """What the ears were told about the world; replaced as a whole, so that threads see all or nothing of it."""

    expect: Expect = field(default_factory=Expect)
    line: str | None = None  # what we are saying now
    last_line: str = ""
    last_line_ended: float = -1e9  # s
    muted: bool = False
    echo: bool = False  # our own sound may be in the microphone
    ours: bool = False  # what is heard is no more than what is left of it
    likeness: float = 0.0  # how much of what is heard sounds like us


@dataclass(slots=True)
class Turn:
    """One utterance while it is being heard; times in s."""

    start: float
    situation: Situation
    end: float
    changed: float  # when the last new word came; over our own voice: of the command, while there is one
    speech: float = 0.0
    announced: bool = False
    over: bool = False  # it began over the echo of our own voice
    partial: str = ""
    command: str = ""
    blocks: int = 0
    alike: float = 0.0  # sum over the blocks of how much of them sounds like us
    lines: list[str] = field(default_factory=list)  # what we said during it
    pieces: list[list[Hypothesis]] = field(default_factory=list)
    command_pieces: list[list[Hypothesis]] = field(default_factory=list)

    def hear(self, likeness: float) -> None:
        """One more block, and how much of it sounds like us."""
        self.blocks += 1
        self.alike += likeness

    @property
    def likeness(self) -> float:
        """How much of it sounds like our own voice, 0..1."""
        return self.alike / max(1, self.blocks)

    def ours(self) -> str:
        """What we said when the turn began, or just before, and on from there; "" when we were silent."""
        then = self.situation
        tail = then.last_line if self.start - then.last_line_ended < TAIL_S else ""
        if then.line is None and not tail:
            return ""
        return " ".join(dict.fromkeys(filter(None, [tail, *self.lines])))

    def line(self) -> str:
        """The same, or what we have begun to say since it began."""
        return self.ours() or " ".join(self.lines)
