"""The conversation's way to the person's record: it never raises, and keeps nothing while someone may not be safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar

from ..errors import StoreError
from .ports import Entry, Store
from .transient import TransientStore

PLAN_PARTS = 6
T = TypeVar("T")
U = TypeVar("U")


class Memory:
    """What is remembered of a person.

    Args:
        store: where it is kept; None = only as long as this conversation lasts.
        broken: there is a record, and it cannot be read.

    Attributes:
        quiet: nothing may be put in now. failed: something could not be kept, and nobody has been told so far.
    """

    def __init__(self, store: Store | None = None, *, broken: bool = False) -> None:
        self._store: Store = store if store is not None else TransientStore()
        self.broken = broken
        self.quiet = False
        self.failed = False
        self._danger = False  # said in this conversation: nothing of the rest of it is kept

    @property
    def keeps(self) -> bool:
        """Whether what is put in now will be there the next time."""
        return self._store.keeps and not (self.quiet or self._danger)

    def hush(self, *, danger: bool) -> None:
        """Someone may not be safe: keep nothing; with `danger`, nothing in the rest of this conversation."""
        self.quiet = True
        self._danger = self._danger or danger

    def told(self) -> str:
        """The line that says that something could not be kept; then nobody else has to say it."""
        self.failed = False
        return "record.failed"

    def _gets(self, get: Callable[[], T], otherwise: U) -> T | U:
        """What the store gives; `otherwise`, and `failed`, when it cannot."""
        try:
            return get()
        except StoreError:
            self.failed = True
            return otherwise

    def _does(self, do: Callable[[], object]) -> bool:
        """Whether the store did it."""
        return self._gets(lambda: (do(), True)[1], False)

    # ---- entries ----------------------------------------------------------------------------------------------------
    def add(self, kind: str, text: str = "", **data: str) -> bool:
        """Put an entry in; False when it was not kept."""
        if self.quiet or self._danger:
            return False
        return self._does(lambda: self._store.add(kind, text, data))

    def change(self, entry: Entry, **data: str) -> bool:
        """Add to the data of an entry."""
        return self._does(lambda: self._store.change(entry.id, {**entry.data, **data}))

    def remove(self, entry: Entry) -> bool:
        """Take an entry out."""
        return self._does(lambda: self._store.remove(entry.id))

    def entries(self, kind: str = "") -> Sequence[Entry]:
        """All entries of a kind, oldest first."""
        return self._gets(lambda: self._store.entries(kind), ())

    def last(self, kind: str) -> Entry | None:
        """The newest entry of a kind."""
        found = self.entries(kind)
        return found[-1] if found else None

    # ---- facts ------------------------------------------------------------------------------------------------------
    def put(self, key: str, value: str | None) -> bool:
        """Set a fact about the person; False when it was not kept."""
        if self.quiet or self._danger:
            return False
        return self._does(lambda: self._store.put(key, value))

    def facts(self) -> Mapping[str, str]:
        """All facts about the person."""
        return self._gets(self._store.facts, {})

    def fact(self, key: str) -> str:
        """A fact about the person, "" when it is not known."""
        return self.facts().get(key, "")

    def plan(self) -> list[str]:
        """The six parts of the person's own safety plan, "" for one that is empty; no list when there is none."""
        facts = self.facts()
        parts = [facts.get(f"plan.{n}", "") for n in range(1, PLAN_PARTS + 1)]
        return parts if any(parts) else []

    # ---- the end ----------------------------------------------------------------------------------------------------
    def forget(self, scope: Literal["last", "all"]) -> int | None:
        """Take out what is from this conversation (or the last), or everything; how much, None when it failed."""
        return self._gets(lambda: self._store.forget(scope), None)

    def close(self) -> None:
        """The conversation is over."""
        self._store.close()
