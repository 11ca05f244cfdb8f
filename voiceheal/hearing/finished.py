"""From the pieces of a turn to one utterance: what was heard, and which command it was, if it was one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..core.events import Utterance
from ..core.meaning import Completeness
from .recogniser import SURE, UNKNOWN, Hypothesis, join_pieces, sure
from .situation import Turn

OVER_LONGER = 5  # words of ours that may be heard around a command
SURE_OVER = 0.55  # a command of two words and more is believed so far over our own voice


def last_said(heard: str, completeness: Callable[[str], Completeness]) -> str:
    """The command at the end of what the few-word grammar heard over our own voice; "" when there is none.

    Before it may come what was left of us: anything up to an unknown word, and one word.
    """
    said = heard.rpartition(UNKNOWN)[2].strip()
    for candidate in (said, said.partition(" ")[2]):
        if candidate and completeness(candidate) is not Completeness.NONE:
            return candidate
    return ""


def finished(turn: Turn, completeness: Callable[[str], Completeness], now: float) -> Utterance:
    """The utterance of a turn that is over at `now` (session time, s)."""
    hypotheses = join_pieces(turn.pieces)
    text = hypotheses[0][0] if hypotheses else ""
    command, certainty = said_over(turn.command_pieces, text, completeness) if turn.over else sure(turn.command_pieces)
    if not command or completeness(command) is Completeness.NONE:
        command, certainty = "", 0.0
    return Utterance(
        text=text,
        alternatives=tuple(text for text, _ in hypotheses[1:]),
        confidence=hypotheses[0][1] if hypotheses else 0.0,
        start_s=turn.start,
        end_s=turn.end,
        decided_s=now,
        while_speaking=turn.situation.line is not None or turn.start < turn.situation.last_line_ended,
        command=command,
        command_confidence=certainty,
    )


def said_over(
    pieces: Sequence[Sequence[Hypothesis]], text: str, completeness: Callable[[str], Completeness]
) -> tuple[str, float]:
    """The command that the few-word grammar heard over our own voice, when it is sure of it.

    Args:
        pieces: what it heard. text: what the open recogniser heard.
        completeness: how far a text is a command.
    """
    heard, certainty = next(iter(join_pieces(pieces, 1)), ("", 0.0))
    command = last_said(heard, completeness)
    words = len(command.split())
    drowned = len(text.split()) > words + OVER_LONGER  # in too many words of ours
    return (command, certainty) if certainty >= (SURE_OVER if words > 1 else SURE) and not drowned else ("", 0.0)
