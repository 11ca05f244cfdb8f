"""A record that lasts as long as the conversation: for `memory: off`, and as the stand-in in tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from .ports import Entry


class TransientStore:
    """Holds everything in memory; `day` may be moved on, to come back later.

    Args:
        keeps: what it says about itself; True only in tests.
    """

    def __init__(self, *, keeps: bool = False) -> None:
        self._keeps = keeps
        self._entries: list[tuple[int, Entry]] = []  # (day, entry)
        self._facts: dict[str, tuple[int, str]] = {}  # key -> (talk, value)
        self._next = 1
        self.talk = 1
        self.day = 0

    @property
    def keeps(self) -> bool:
        """Whether it outlasts the conversation."""
        return self._keeps

    def add(self, kind: str, text: str = "", data: Mapping[str, str] | None = None) -> int:
        """Put an entry in; gives its id."""
        entry = Entry(self._next, kind, text, dict(data or {}), weekday=self.day % 7, talk=self.talk)
        self._entries.append((self.day, entry))
        self._next += 1
        return entry.id

    def change(self, entry_id: int, data: Mapping[str, str]) -> None:
        """Replace the data of an entry."""
        self._entries = [(d, replace(e, data=dict(data)) if e.id == entry_id else e) for d, e in self._entries]

    def remove(self, entry_id: int) -> None:
        """Take an entry out."""
        self._entries = [(d, e) for d, e in self._entries if e.id != entry_id]

    def entries(self, kind: str = "") -> Sequence[Entry]:
        """All entries of a kind, or of every kind, oldest first."""
        return [replace(e, days_ago=self.day - d) for d, e in self._entries if kind in ("", e.kind)]

    def put(self, key: str, value: str | None) -> None:
        """Set one fact about the person, None takes it away."""
        self._facts.pop(key, None)
        if value is not None:
            self._facts[key] = (self.talk, value)

    def facts(self) -> Mapping[str, str]:
        """All facts."""
        return {key: value for key, (_, value) in self._facts.items()}

    def forget(self, scope: Literal["last", "all"]) -> int:
        """Take out everything, or what is from this conversation or the last one before it."""
        talks = [e.talk for _, e in self._entries] + [t for t, _ in self._facts.values()]
        gone = set(talks) if scope == "all" else {max(talks, default=self.talk)}
        before = len(talks)
        self._entries = [(d, e) for d, e in self._entries if e.talk not in gone]
        self._facts = {k: (t, v) for k, (t, v) in self._facts.items() if t not in gone}
        return before - len(self._entries) - len(self._facts)

    def close(self) -> None:
        """Nothing to close."""

    def later(self, days: int) -> None:
        """Another conversation, so many days on."""
        self.talk += 1
        self.day += days
