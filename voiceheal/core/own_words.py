"""What people say about themselves and our words: their name, their own lines, what does not fit, what to forget."""

from __future__ import annotations

from .floor import Floor
from .meaning import Meaning
from .overlays import Confirm, OneLine
from .session import Context

MAX_NAME_WORDS = 3
WAYS = ("i", "you", "name")  # how affirmations may speak to somebody


def own_words(floor: Floor, m: Meaning, now: float, *, confirmed: bool = False) -> None:
    """Carry out one of these commands."""
    context, text = floor.context, str(m.slots.get("text", "")).strip()
    match m.intent:
        case "add_affirmation":
            if text:
                floor.aside(keep_affirmation(context, text), now=now)
            else:
                floor.lay_over(OneLine("add_affirmation.ask", lambda said: keep_affirmation(context, said)), m, now)
        case "call_me" | "say_name":
            _name(floor, m.intent, text, now)
        case "address":
            _address(floor, str(m.slots.get("way", "")), now)
        case "not_me":
            session = floor.base.session or floor.before
            line = session.dislike() if session else None
            floor.aside(line or "not_me.nothing", now=now)
        case "why":
            running = floor.base.session
            line = (running.why() or "help.session") if running else "why.nothing"
            floor.aside(line, now=now, halt=True)
        case _:
            _forget(floor, m, now, confirmed=confirmed)


def keep_affirmation(context: Context, text: str) -> str:
    """Take a line of the person's own; gives the line that answers."""
    stays = context.memory.keeps
    if not context.memory.add("affirmation", text):
        return context.memory.told()
    return "add_affirmation.kept" if stays else "add_affirmation.kept.now"


def _name(floor: Floor, intent: str, text: str, now: float) -> None:
    context = floor.context
    if not text or len(text.split()) > MAX_NAME_WORDS:
        floor.aside(f"{intent}.ask", now=now)
        return
    name = text.title() if text.islower() else text
    context.memory.put("name_said" if intent == "say_name" else "name", name)
    if intent == "call_me":
        context.memory.put("name_said", None)
    context.name = name
    floor.aside(f"{intent}.done", {"name": name}, now=now, private=True)


def _address(floor: Floor, way: str, now: float) -> None:
    context = floor.context
    if way not in WAYS:
        floor.aside("address.ask", now=now)
    elif way == "name" and not context.name:
        floor.aside("address.no_name", now=now)
    else:
        context.memory.put("address", way)
        floor.aside(f"address.{way}", now=now)


def _forget(floor: Floor, m: Meaning, now: float, *, confirmed: bool) -> None:
    """The last conversation or everything; everything only after a second yes."""
    memory = floor.context.memory
    everything = m.slots.get("scope") == "all"
    people = {e.text for e in memory.entries("contact")}
    there = bool(memory.entries()) or bool(memory.facts())
    if memory.broken:
        floor.aside("record.broken", now=now)
    elif not there:
        floor.aside("forget.nothing" if memory.keeps else "forget.off", now=now)
    elif everything and memory.keeps and not confirmed:
        floor.lay_over(Confirm(floor.context.phrases.pick("what.forget.all")), m, now)
    elif memory.forget("all" if everything else "last") is None:
        floor.aside(memory.told(), now=now)
    else:
        if everything:
            floor.forget_person(people)
        floor.aside("forget.all" if everything else "forget.last", now=now)
