"""Small sessions of the conversation's own, laid over what runs."""

from __future__ import annotations

from typing import Literal

from .meaning import Expect, Kind
from .session import Answer, Ask, Flow, Slots


class Confirm:
    """Asks "did you want ...?" before acting on something that was heard unclearly. Outcome: "yes" or "no"."""

    name = "confirm"
    moves = False
    paced: Literal["speech", "breath"] = "speech"
    night = False

    def __init__(self, what: str) -> None:
        self._what = what

    def run(self) -> Flow:
        """One question."""
        answer = yield Ask("confirm", Expect(Kind.YES_NO), {"what": self._what}, silence_s=10.0)
        return "yes" if isinstance(answer, Answer) and answer.meaning.intent == "yes" else "no"

    def status(self) -> tuple[str, Slots]:
        """The question itself."""
        return "confirm", {"what": self._what}

    def notice(self, text: str) -> str | None:
        """Nothing ends it."""
        return None
