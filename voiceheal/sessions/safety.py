"""When a person may not be safe: acknowledge, one direct kind question, then people to turn to; never ends by itself.

Follows docs/evidence ("When someone is at risk"): no scoring, no promises asked, no block said twice word for word,
nothing stored. What is said is content; what it is about is decided here.
"""

from __future__ import annotations

from collections.abc import Generator

from ..core.meaning import Expect, Kind, Meaning
from ..core.session import Answer, Ask, Context, Directive, Fade, Flow, Outcome, Say, Slots, Wait
from ..packs.loader import Pack
from ..packs.schema import Helpline
from .base import BaseSession, says

YES_NO = Expect(Kind.YES_NO)
OPEN = Expect(Kind.OPEN)
PATIENT_S = 30.0
STAY_S = 60.0
GROUNDING = tuple(f"safety.grounding.{n}" for n in range(1, 6))
GROUNDING_QUIET_S = 12.0
QUIET = 0.4  # loudness, of the person's own volume, while it may not be safe to be heard


class Safety(BaseSession):
    """Being with someone who may not be safe. Outcome "back" returns to what ran before, "rest" does not.

    Args:
        meaning: what was said; its `safety` is "risk" or "danger".
    """

    name = "safety"

    def __init__(self, pack: Pack, context: Context, meaning: Meaning) -> None:
        self._pack = pack
        self._context = context
        self._danger = meaning.safety == "danger"
        # "I need help", with nothing else in it, may mean the program: one question sorts that out
        self._asked_for_help = meaning.intent == "help"

    def run(self) -> Flow:
        """Ask, then stay."""
        if self._asked_for_help:
            answer = yield Ask("safety.help_menu", OPEN, silence_s=PATIENT_S)
            if isinstance(answer, Answer) and answer.meaning.safety is None and self._means_use(answer.meaning):
                yield Say("help")
                return "back"
        if self._danger:
            yield from self._in_danger()
        else:
            yield from self._at_risk()
        answer = yield Ask("safety.back", YES_NO, silence_s=PATIENT_S)
        yield Say("safety.near")
        yield Fade(1.0, 0.5)
        return "back" if isinstance(answer, Answer) and answer.meaning.intent == "yes" else "rest"

    def _means_use(self, meaning: Meaning) -> bool:
        return meaning.intent == "help" or says(meaning.text, self._pack.replies.how_to_use)

    def _help_here(self) -> Helpline:
        regions = self._pack.helplines.regions
        return regions.get(self._context.region) or regions.get("US") or next(iter(regions.values()))

    def _at_risk(self) -> Generator[Directive, Outcome, None]:
        answer = yield Ask("safety.risk.ask", YES_NO, silence_s=PATIENT_S)
        if isinstance(answer, Answer) and answer.meaning.intent == "no" and answer.meaning.safety is None:
            yield Say("safety.risk.no")
            yield Say("safety.helpline", {"line": self._line(0)})
            return
        clear = isinstance(answer, Answer) and (answer.meaning.intent == "yes" or answer.meaning.safety is not None)
        yield Say("safety.risk.yes" if clear else "safety.risk.unclear")
        if isinstance(answer, Answer) and answer.meaning.safety == "danger":
            yield Say("safety.emergency", {"number": self._emergency()})
        yield Say("safety.helpline", {"line": self._line(0)})
        if clear:
            yield Say("safety.means")
        yield from self._options()

    def _options(self) -> Generator[Directive, Outcome, None]:
        """A line, a trusted person, grounding here: the person chooses; silence gets quiet company."""
        for turn in range(3):
            answer = yield Ask("safety.options", OPEN, silence_s=PATIENT_S)
            if not isinstance(answer, Answer):
                yield Say("safety.stay")
                yield Wait(STAY_S)
                return
            text, words = answer.meaning.text, self._pack.replies
            if says(text, words.grounding) or answer.meaning.intent == "breathe":
                yield from self._ground()
            elif says(text, words.trusted) or answer.meaning.intent == "reach_out":
                yield Say("safety.trusted")
            elif says(text, words.helpline):
                yield Say("safety.helpline", {"line": self._line(turn + 1)})
            elif answer.meaning.intent in ("no", "stop") or says(text, words.nothing):
                yield Say("safety.stay")
                return
            elif answer.meaning.safety == "danger":
                yield Say("safety.emergency", {"number": self._emergency()})
            else:
                yield Say("safety.risk.unclear")

    def _ground(self) -> Generator[Directive, Outcome, None]:
        for line in GROUNDING:
            yield Say(line, rate=0.9)
            yield Wait(GROUNDING_QUIET_S)

    def _in_danger(self) -> Generator[Directive, Outcome, None]:
        """Danger from someone, or now: quietly, unless the person says that it is safe to talk aloud."""
        yield Fade(QUIET, 0.1)
        answer = yield Ask("safety.danger.ask", YES_NO, silence_s=10.0)
        safe = isinstance(answer, Answer) and answer.meaning.intent == "yes"
        if safe:
            yield Fade(1.0, 0.5)
        yield Say("safety.danger.safe" if safe else "safety.danger.unsafe")
        yield Say("safety.emergency", {"number": self._emergency()})
        for line in self._help_here().abuse[:1]:
            yield Say("safety.helpline", {"line": line})

    def _emergency(self) -> str:
        here = self._help_here()
        return here.emergency_spoken or here.emergency

    def _line(self, n: int) -> str:
        lines = self._help_here().lines
        return lines[n % len(lines)]

    def status(self) -> tuple[str, Slots]:
        """Being here."""
        return "safety.stay", {}
