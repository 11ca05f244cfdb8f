"""The plugs of the house: what the runtime needs from the outside world, as protocols with a fake and a real side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:  # the core itself runs on the standard library alone
    import numpy as np
    import numpy.typing as npt

    Pcm = npt.NDArray[np.float32]  # mono, -1..1
    Pcm16 = npt.NDArray[np.int16]  # mono


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> float:
        """Seconds of session time."""
        ...


class Synthesiser(Protocol):
    """Turns text into sound; may be slow, may die and be started anew."""

    sample_rate: int

    def render(self, text: str, rate: float = 1.0, *, private: bool = False) -> Pcm:
        """Speech for `text` (may hold `[pause S]`), mono float32 at `sample_rate`, silence trimmed at both ends.

        Raises:
            VoiceError: the engine cannot speak.
        """
        ...

    def close(self) -> None:
        """End the engine; nothing is left behind."""
        ...


class Recogniser(Protocol):
    """Speech to text for one utterance after another; not thread-safe, one thread each."""

    def accept(self, pcm: Pcm16) -> None:
        """Take the next 16 kHz samples."""
        ...

    def partial(self) -> str:
        """Words so far."""
        ...

    def final(self) -> Sequence[tuple[str, float]]:
        """End the utterance: (transcript, confidence 0..1), best first; empty when nothing was said."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the person's own record.

    Attributes:
        id: names it in the store. kind: what it is ("session", "journal", "thought", ...; docs/memory.md has all).
        text: the person's words, "" where none are kept. data: more about it.
        days_ago: whole days since then, by the calendar: 0 = today. weekday: 0 = Monday. at: ISO date and time.
        talk: number of the conversation it is from.
    """

    id: int
    kind: str
    text: str
    data: Mapping[str, str] = field(default_factory=dict)
    days_ago: int = 0
    weekday: int = 0
    at: str = ""
    talk: int = 0


class Store(Protocol):
    """The person's own record. Small and quick: it is asked from the conversation's thread.

    Every method raises `StoreError` when it cannot be read or written; what was in it before is still in it.
    """

    @property
    def keeps(self) -> bool:
        """Whether it outlasts the conversation."""
        ...

    def add(self, kind: str, text: str = "", data: Mapping[str, str] | None = None) -> int:
        """Put an entry in; gives its id."""
        ...

    def change(self, entry_id: int, data: Mapping[str, str]) -> None:
        """Replace the data of an entry; nothing when there is no such entry."""
        ...

    def remove(self, entry_id: int) -> None:
        """Take an entry out; nothing when there is none."""
        ...

    def entries(self, kind: str = "") -> Sequence[Entry]:
        """All entries of a kind, or of every kind, oldest first."""
        ...

    def put(self, key: str, value: str | None) -> None:
        """Set one fact about the person, None takes it away."""
        ...

    def facts(self) -> Mapping[str, str]:
        """All facts."""
        ...

    def forget(self, scope: Literal["last", "all"]) -> int:
        """Take out everything, or what is from this conversation (if there is nothing: from the last one); how much."""
        ...

    def close(self) -> None:
        """Nothing more will be asked of it."""
        ...
