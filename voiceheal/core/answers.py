"""Whether what was said answers the question that is open, or commands something."""

from __future__ import annotations

from .meaning import BEGIN_INTENTS, GLOBAL_INTENTS, OWN_BEGIN, OWN_GLOBAL, Kind, Meaning
from .player import Player, fits_question

GUESSED_WORDS = 3
ANSWERS = frozenset({"yes", "no", "mood"})
BEGINS, AT_ANY_TIME = (*BEGIN_INTENTS, *OWN_BEGIN), (*GLOBAL_INTENTS, *OWN_GLOBAL)
SURELY = ("template", "grammar")  # how a command is understood that leads out of an open answer or of a safety talk


def is_answer(meaning: Meaning, top: Player) -> bool:
    """Whether this answers the question that `top` has asked rather than commanding something."""
    if top.asking is None:
        # yes, no and numbers said while a line runs may be ahead of their question
        return meaning.intent in ANSWERS and top.session is not None and not top.halted
    if meaning.intent in top.asking.expect.choices:
        return True
    if top.asking.expect.kind is Kind.OPEN:
        begins = meaning.intent in BEGINS and meaning.how in SURELY
        controls = meaning.intent in AT_ANY_TIME and meaning.intent not in ANSWERS
        return not (begins or controls)
    if meaning.how == "model" and meaning.intent == "reframe":
        return True  # a harsh thought told after a question is told, not asked to be taken apart
    if meaning.how == "model" and meaning.intent in AT_ANY_TIME and len(meaning.text.split()) <= GUESSED_WORDS:
        return True  # a word or two after a question, only guessed to be a command ("both")
    return fits_question(meaning, top.asking.expect)
