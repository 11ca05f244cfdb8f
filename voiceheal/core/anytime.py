"""Words that work at any time: stop, pause, volume, help and the like. They live above the sessions."""

from __future__ import annotations

from .commands import Hush, Listen, SetVolume
from .controls import change_pace, change_patience, change_volume, length_of
from .doubts import asked_first
from .floor import Floor, Then
from .meaning import Meaning
from .overlays import Confirm
from .own_words import own_words
from .session import Context, Moved

SLEEP_MINUTES = 20.0  # "stop after a while" without a number
ADJUSTS = frozenset(
    {"louder", "quieter", "volume", "slower", "faster", "repeat", "patience"}
)  # do not disturb an open question
# While someone may not be safe these are answers, not reasons to leave.
NO_WAY_OUT = frozenset(
    {"help", "status", "yes", "no", "mood", "pause", "resume", "next", "back", "forget", "why", "not_me"}
)


def act(floor: Floor, m: Meaning, now: float, *, confirmed: bool = False) -> None:
    """Carry out a command, or begin the session it names."""
    context = floor.context
    if asked_first(m) and not confirmed and (what := _named(context, m)):
        floor.drop_overlay()
        floor.lay_over(Confirm(context.phrases.pick(what)), m, now)
        return
    if floor.over is not None and m.intent not in ADJUSTS and _leave_overlay(floor, m, now):
        return
    match m.intent:
        case "stop" | "home":
            _stop(floor, m.intent)
        case "goodbye":
            _goodbye(floor)
        case "pause":
            _pause(floor, now)
        case "resume":
            _resume(floor, now)
        case "repeat":
            _repeat(floor, now)
        case "next" | "back":
            _move(floor, m.intent, now)
        case "louder" | "quieter" | "volume" | "slower" | "faster" | "patience" | "sleep_timer":
            _adjust(floor, m, now)
        case "status" | "help" | "mood" | "yes" | "no":
            _reply(floor, m, now)
        case "forget" | "add_affirmation" | "why" | "not_me" | "call_me" | "say_name" | "address":
            own_words(floor, m, now, confirmed=confirmed)
        case _:
            floor.start(m, now)


def _named(context: Context, m: Meaning) -> str:
    """The line that names what would be done; "" when a mistake costs so little that nobody is asked."""
    lines = (f"what.{m.intent}.{m.slots.get('pattern')}", f"what.{m.intent}")
    return next((line for line in lines if line in context.phrases), "")


def _adjust(floor: Floor, m: Meaning, now: float) -> None:
    """Commands that change how it goes on."""
    context = floor.context
    match m.intent:
        case "slower" | "faster":
            paced = floor.top.session.paced if floor.top.session else "speech"
            floor.small_aside(change_pace(context, m.intent, paced), now)
        case "patience":
            _patience(floor, more=m.slots.get("way") != "less", now=now)
        case "sleep_timer":
            minutes = float(m.slots.get("minutes", SLEEP_MINUTES))
            floor.sleep_in(minutes * 60, now)
            floor.aside("sleep_timer.set", {"length": length_of(context, minutes=minutes)}, now=now)
        case _:
            line, slots = change_volume(context, m.intent, m.slots)
            floor.out.append(SetVolume(context.volume, 0.2))
            floor.small_aside(line, now, slots)


def _patience(floor: Floor, *, more: bool, now: float) -> None:
    """Wait longer for the person, or less long; said to a breath it is the breath's pace that is meant."""
    session = floor.top.session
    if session is not None and session.paced == "breath" and floor.top.asking is None:
        floor.small_aside(change_pace(floor.context, "slower" if more else "faster", session.paced), now)
        return
    line = change_patience(floor.context, more=more)
    floor.out.append(Listen(floor.top.expect))
    floor.aside(line, now=now)


def _reply(floor: Floor, m: Meaning, now: float) -> None:
    """Commands that are answered with a line and change nothing that runs."""
    match m.intent:
        case "status":
            line, slots = floor.base.session.status() if floor.base.session else ("status.idle", {})
            floor.aside(line, slots, now=now)
        case "help":
            floor.aside("help.session" if floor.base.session else "help", now=now, halt=True)
        case "mood":
            _mood(floor, m, now)
        case _:
            floor.aside(f"{m.intent}.nothing", now=now)


def _leave_overlay(floor: Floor, m: Meaning, now: float) -> bool:
    """A command while something lies on top; True when that was all. Safety ends kindly: help is kept near."""
    assert floor.over is not None
    if not floor.in_safety:
        floor.drop_overlay()
        return False
    if m.intent in NO_WAY_OUT:
        if not floor.over.answer(m, now):
            floor.over.hold(m, now)
        return True
    floor.drop_overlay()
    floor.leave("left")
    floor.context.memory.quiet = False
    floor.mouth.say("safety.near", aside=True)
    if m.intent == "goodbye":
        floor.then = Then.QUIT
    elif floor.begins(m.intent):  # what was asked for follows that one phrase
        floor.upcoming = m
    floor.out.append(Listen(floor.top.expect))
    return True


def _stop(floor: Floor, intent: str) -> None:
    night = floor.night
    floor.mouth.current = None
    floor.out.append(Hush(0.02, report=True))
    floor.leave("stopped")
    floor.sleep_at = floor.dark_at = None
    floor.out.append(SetVolume(floor.context.volume, 0.0))
    floor.mouth.say("home" if intent == "home" else "bedtime.stop" if night else "stopped", aside=True)
    floor.out.append(Listen(floor.top.expect))


def _goodbye(floor: Floor) -> None:
    night = floor.night
    floor.leave("left")
    floor.mouth.say("goodbye.night" if night else "goodbye", aside=True)
    floor.then = Then.QUIT


def _pause(floor: Floor, now: float) -> None:
    if floor.base.session is None:
        floor.aside("status.idle", now=now)
        return
    floor.mouth.current = None
    floor.out.append(Hush(0.05, report=True))
    floor.base.halt(now)
    floor.paused = True
    floor.mouth.say("paused", aside=True)


def _resume(floor: Floor, now: float) -> None:
    if not floor.paused:
        floor.aside("status.idle" if floor.base.session is None else "yes.nothing", now=now)
        return
    floor.paused = False
    floor.mouth.say("resumed", aside=True)
    floor.then = Then.CONTINUE


def _repeat(floor: Floor, now: float) -> None:
    current = floor.mouth.current
    if floor.top.asking or (current is not None and not current.aside):
        floor.mouth.hush()
        floor.top.halt(now)
        floor.top.resume(now)
    elif floor.mouth.last is not None:
        floor.mouth.again(floor.mouth.last)
    else:
        floor.aside("repeat.nothing", now=now)


def _move(floor: Floor, to: str, now: float) -> None:
    session = floor.base.session
    if session is None or not session.moves:
        floor.aside(f"{to}.none", now=now)
        return
    floor.paused = False
    floor.base.move(Moved("next" if to == "next" else "back"), now)


def _mood(floor: Floor, m: Meaning, now: float) -> None:
    if "rating" not in m.slots:
        floor.aside("mood.ask", now=now)
        return
    rating = int(float(m.slots["rating"]))
    floor.context.memory.add("mood", rating=str(rating))
    level = "low" if rating <= 3 else "middle" if rating <= 6 else "high"
    floor.aside(f"mood.{level}", {"rating": rating}, now=now)
