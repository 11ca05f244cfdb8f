"""Decides how long silence must last before a person has finished; pure, in seconds of audio time.

The figures are from measurements on commands and on free answers with pauses of 0.3-1.2 s: a whole command after
0.2 s of silence, 0.5 s where a longer command begins the same way, else 1.3 s cut no answer short.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..core.meaning import Completeness, Expect, Kind
from .lists import ListRule

# A command recogniser's hit on a few words of a long answer is no command.
LONGER_BY = 2  # words


@dataclass(frozen=True, slots=True)
class Pace:
    """Silence (s) that ends a turn, before the factor `Expect.patience`.

    Attributes:
        complete: after a whole command that nothing longer begins with.
        extendable: after a whole command that may go on ("breathe" / "breathe for five minutes").
        open: after an answer to an open question; `open_complete` and `open_extendable` after what would be a command
            there, since "no ..." and "stop ..." often begin an answer.
        command: after free speech when nothing was asked.
        answer: after anything else said to a yes-or-no question, a rating or a choice.
        unfinished: added when the last word asks for more ("and", "because", "um"), and in the middle of a list that is
            told in an open answer.
        stale_complete, stale: time without a new word after which a turn ends although there is no silence (a noisy
            room, a television), when it is a whole command, and otherwise. `stale_over`: the first over our own voice,
            of which something is always left.
        longest: an utterance is ended after this time in any case.
    """

    complete: float = 0.2
    extendable: float = 0.5
    open: float = 1.3
    open_complete: float = 0.4
    open_extendable: float = 0.8
    command: float = 1.0
    answer: float = 0.9
    unfinished: float = 0.9
    stale_complete: float = 1.2
    stale_over: float = 0.5
    stale: float = 5.0
    longest: float = 240.0


@dataclass(frozen=True, slots=True)
class TurnRule:
    """When has the person finished?

    Args:
        pace: the waiting times.
        unfinished: words that nobody ends on (content of the language).
        lists: knows a list that is not closed; None = the language has no words for it.
    """

    pace: Pace = Pace()
    unfinished: frozenset[str] = frozenset()
    lists: ListRule | None = None

    def silence(self, text: str, completeness: Completeness, expect: Expect) -> float:
        """Seconds of silence after which `text` is taken as all that the person wanted to say."""
        pace, asked_openly = self.pace, expect.kind is Kind.OPEN
        match completeness:
            case Completeness.COMPLETE:
                wait = pace.open_complete if asked_openly else pace.complete
            case Completeness.EXTENDABLE:
                wait = pace.open_extendable if asked_openly else pace.extendable
            case _:
                wait = self._free(text, expect.kind)
        return wait * expect.patience

    def over(
        self,
        text: str,
        completeness: Completeness,
        expect: Expect,
        *,
        silence: float,
        unchanged: float,
        length: float,
        over: bool = False,
    ) -> bool:
        """Whether the turn is over.

        Args:
            text: heard so far.
            completeness: how far `text` is a command.
            expect: what the conversation waits for.
            silence: s since the last speech.
            unchanged: s since the last new word.
            length: s since the turn began.
            over: it began over our own voice.
        """
        if length >= self.pace.longest:
            return True
        stale = self.pace.stale
        if completeness is Completeness.COMPLETE:
            stale = self.pace.stale_over if over else self.pace.stale_complete
        if text and unchanged >= stale * expect.patience:
            return True
        return silence >= self.silence(text, completeness, expect) - 1e-6

    def _free(self, text: str, kind: Kind) -> float:
        words = text.split()
        goes_on = bool(words) and words[-1] in self.unfinished
        if kind is Kind.OPEN and self.lists is not None:
            goes_on = goes_on or self.lists.open_at_end(words)
        more = self.pace.unfinished if goes_on else 0.0
        match kind:
            case Kind.OPEN:
                return self.pace.open + more
            case Kind.COMMAND:
                return self.pace.command + more
            case _:
                return self.pace.answer + more


def agreed(text: str, heard: Completeness, command: str, hit: Completeness, longer: int = LONGER_BY) -> Completeness:
    """How complete a turn is when two recognisers listen.

    Args:
        text: what the open recogniser heard so far, and
        heard: how far that is a command.
        command: what the command recogniser heard, "" when it met words that it does not know, and
        hit: how far that is a command.
        longer: words that the first may have more.

    The more patient one wins where both hear a command. A command inside a longer sentence is none.
    """
    if not command or hit is Completeness.NONE or len(text.split()) > len(command.split()) + longer:
        return heard
    if Completeness.EXTENDABLE in (heard, hit):
        return Completeness.EXTENDABLE
    return hit
