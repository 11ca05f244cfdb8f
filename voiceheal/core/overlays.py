"""Small sessions of the conversation's own, laid over what runs."""

from __future__ import annotations

from collections.abc import Callable

from .meaning import Expect, Kind
from .session import Answer, Ask, Flow, Plain, Say, Slots, is_yes


class Confirm(Plain):
    """Asks "did you want ...?" before acting on something unclear, or on something that cannot be undone.

    Outcome: "yes" or "no".
    """

    name = "confirm"

    def __init__(self, what: str) -> None:
        self._what = what

    def run(self) -> Flow:
        """One question."""
        answer = yield Ask("confirm", Expect(Kind.YES_NO), {"what": self._what}, silence_s=10.0)
        return "yes" if is_yes(answer) else "no"

    def status(self) -> tuple[str, Slots]:
        """The question itself."""
        return "confirm", {"what": self._what}


class OneLine(Plain):
    """Asks for one sentence and hands it over; says what comes back. Outcome: "done" or "silent".

    Args:
        question: line that asks. take: what is done with the answer; gives the line that is said then.
    """

    name = "confirm"

    def __init__(self, question: str, take: Callable[[str], str]) -> None:
        self._question = question
        self._take = take

    def run(self) -> Flow:
        """One question, one answer."""
        answer = yield Ask(self._question, Expect(Kind.OPEN), silence_s=20.0)
        if not isinstance(answer, Answer) or answer.meaning.intent == "no":
            return "silent"
        yield Say(self._take(answer.meaning.text))
        return "done"

    def status(self) -> tuple[str, Slots]:
        """The question itself."""
        return self._question, {}
