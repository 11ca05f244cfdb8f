"""The lanes: at risk, for a friend, something under way, danger from someone; each ends with how to go on."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal

from ..core.meaning import Meaning
from ..core.session import Directive, Fade, Outcome
from .base import says
from .safety_care import OPEN, PATIENT_S, Care, Reply
from .safety_offers import CALL_S, offers

QUIET = 0.4  # loudness, of the person's own volume, while it may not be safe to be heard
BRIEF_S = 15.0  # after the question whether it is safe to talk: long enough to think, short enough to need no help
HIDDEN_S = 120.0  # quiet company for somebody who cannot speak

# near: a false alarm, one phrase and back. calm: it was talked about. left: told to stop. hidden: not a word more.
End = Literal["near", "calm", "left", "hidden"]
Lane = Generator[Directive, Outcome, End]


def at_risk(care: Care, said: Meaning) -> Lane:
    """Acknowledge, one direct and kind question, then people to turn to."""
    if says(said.text, care.words.for_a_friend):
        return (yield from for_a_friend(care, said))
    if care.context.safety_times > 1 and care.left("safety.risk.again"):
        answer = yield from care.ask("safety.risk.again")
    else:
        yield from care.say("safety.risk.hear")
        answer = yield from care.ask("safety.risk.ask")
    reply = care.read(answer)
    if reply == "taken_back":
        answer = yield from care.ask("safety.taken_back")
        reply = care.read(answer)
    return (yield from _answered(care, answer, reply))


def _answered(care: Care, answer: Meaning | None, reply: Reply) -> Lane:
    match reply:
        case "danger":
            assert answer is not None
            return (yield from in_danger(care, answer))
        case "misunderstood":
            return "near"
        case "stop":
            return "left"
        case "friend":
            assert answer is not None
            return (yield from for_a_friend(care, answer))
        case "no" | "fine" | "denial" | "taken_back":
            yield from care.say("safety.risk.no")
            yield from care.helpline()
        case _:
            clear = reply in ("yes", "risk", "perhaps")
            yield from care.say("safety.risk.yes" if clear else "safety.risk.unclear")
            if care.context.safety_said.get("safety.software", 0) == 0:
                yield from care.say("safety.software")
            yield from care.contacts()
            yield from care.helpline()
            if clear:
                yield from care.say("safety.means")
            return "left" if (yield from offers(care)) else "calm"
    return "calm"


def for_a_friend(care: Care, said: Meaning) -> Lane:
    """Help for somebody who worries about another; and a question whether it is about them, too."""
    if said.safety == "danger":
        yield from care.emergency()
    answer = yield from care.ask("safety.friend.ask")
    reply = care.read(answer)
    if reply in ("misunderstood", "stop", "yes", "perhaps", "risk", "danger"):
        return (yield from _answered(care, answer, reply))
    yield from care.say("safety.friend.help")
    yield from care.helpline()
    return "calm"


def in_danger(care: Care, said: Meaning) -> Lane:
    """Danger now: from oneself or from someone else."""
    if care.attempt(said.text):
        return (yield from under_way(care, said))
    return (yield from from_someone(care))


def under_way(care: Care, said: Meaning) -> Lane:
    """An attempt, or about to be one: the emergency number, people, distance; then the call."""
    yield from care.say("safety.now.hear")
    yield from care.emergency()
    yield from care.say("safety.now.other" if says(said.text, care.words.someone_else) else "safety.now.people")
    yield from care.say("safety.means")
    yield from care.contacts()
    answer = yield from care.ask("safety.now.call")
    match care.read(answer):
        case "misunderstood":
            return "near"
        case "stop":
            return "left"
        case "fine" | "denial" | "taken_back":
            return (yield from at_risk(care, Meaning("", "feeling", safety="risk")))
        case "yes":
            yield from care.say("safety.now.calling")
            yield from care.ask("safety.stay", OPEN, silence_s=CALL_S)
        case "silence":
            yield from care.emergency()
        case _:
            yield from care.say("safety.now.cannot")
            yield from care.emergency()
            yield from care.helpline()
    return "left" if (yield from offers(care, "safety.options.more")) else "calm"


def from_someone(care: Care) -> Lane:
    """Quietly, unless the person says that it is safe to talk aloud. Silence gets no word that gives them away."""
    yield Fade(QUIET, 0.1)
    answer = yield from care.ask("safety.danger.ask", silence_s=BRIEF_S)
    reply = care.read(answer)
    if reply == "misunderstood":
        yield Fade(1.0, 0.5)
        return "near"
    if answer is not None and reply == "danger" and care.attempt(answer.text):
        yield Fade(1.0, 0.5)
        return (yield from under_way(care, answer))
    if reply in ("yes", "fine"):
        yield Fade(1.0, 0.5)
        yield from care.say("safety.danger.safe")
        yield from care.emergency()
        yield from care.contacts()
        yield from care.helpline("abuse")
        return "left" if (yield from offers(care, "safety.danger.more", "abuse")) else "calm"
    if reply not in ("silence", "stop"):
        yield from care.say("safety.danger.unsafe")
        yield from care.emergency_brief()
    later = yield from care.ask("safety.danger.silent", OPEN, silence_s=HIDDEN_S)
    if later is not None and care.read(later) in ("yes", "fine"):
        yield from care.helpline("abuse")
        yield from offers(care, "safety.danger.more", "abuse")
    return "hidden"


def softly(care: Care, danger: bool) -> Generator[Directive, Outcome, tuple[bool, Meaning | None]]:
    """One soft question when it may have been a figure of speech: (whether all is well, the answer)."""
    answer = yield from care.ask("safety.soft.danger" if danger else "safety.soft", silence_s=PATIENT_S)
    well = care.read(answer) in ("no", "fine", "denial", "misunderstood", "taken_back", "stop")
    if well:
        yield from care.say("safety.soft.thanks")
    return well, answer
