"""When a person may not be safe: acknowledge, one direct kind question, then people to turn to; never ends by itself.

Follows docs/evidence ("When someone may not be safe"): no scoring, no promises asked, no block said twice word for
word, nothing stored. What is said is content; what it is about is decided here and in the lanes.
"""

from __future__ import annotations

from ..core.meaning import Meaning
from ..core.session import Context, Fade, Flow, Say, Slots
from ..packs.loader import Pack
from .base import BaseSession, says
from .safety_care import OPEN, Care
from .safety_lanes import End, Lane, at_risk, in_danger, softly


class Safety(BaseSession):
    """Being with someone who may not be safe. Outcome "back" returns to what ran before, "rest" does not.

    Args:
        meaning: what was said; its `safety` is "risk" or "danger", `unsure` begins with one soft question.
    """

    name = "safety"

    def __init__(self, pack: Pack, context: Context, meaning: Meaning) -> None:
        self._context = context
        self._care = Care(pack, context)
        self._said = meaning

    def run(self) -> Flow:
        """Ask, then stay."""
        care, said = self._care, self._said
        danger = said.safety == "danger"
        if said.unsure and said.intent != "help":  # which has a soft question of its own
            well, answer = yield from softly(care, danger)
            if well:
                return "rest" if care.read(answer) == "stop" else "back"
            if answer is not None and answer.safety is not None:
                said, danger = answer, answer.safety == "danger"
        self._context.safety_times += 1
        # "I need help", with nothing else in it, may mean the program: one question sorts that out
        if said.intent == "help":
            answer = yield from care.ask("safety.help_menu", OPEN)
            if answer is not None and answer.safety is None and self._means_use(answer):
                yield Say("help")
                return "back"
            if answer is not None and answer.safety is not None:
                said, danger = answer, answer.safety == "danger"
        lane: Lane = in_danger(care, said) if danger else at_risk(care, said)
        return (yield from self._end((yield from lane)))

    def _means_use(self, meaning: Meaning) -> bool:
        return meaning.intent == "help" or says(meaning.text, self._care.words.how_to_use)

    def _end(self, end: End) -> Flow:
        """The way back: asked for, never pushed; help stays near."""
        if end == "hidden":
            return "rest"
        back = end == "near"
        if end == "calm" and self._context.interrupted:
            answer = yield from self._care.ask("safety.back")
            back = answer is not None and answer.intent == "yes"
        yield from self._care.say("safety.near")
        yield Fade(1.0, 0.5)
        return "back" if back else "rest"

    def status(self) -> tuple[str, Slots]:
        """Being here."""
        return "safety.listen", {}
