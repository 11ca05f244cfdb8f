"""What is known of a person from earlier, in words that fit into a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.memory import Memory
from ..core.ports import Entry
from ..core.session import Contact, Context
from ..packs.listening import Listening
from .gist import mirrored

WEEK, MONTH = 7, 31
STALE_DAYS = 30  # what is older is not asked about any more


def when_said(context: Context, entry: Entry) -> str:
    """When it was: "yesterday", "on Tuesday", "two weeks ago"."""
    phrases, days = context.phrases, entry.days_ago
    if days == 0:
        return phrases.pick("when.today")
    if days == 1:
        return phrases.pick("when.yesterday")
    if days < WEEK:
        return phrases.pick("when.weekday", day=phrases.pick(f"when.day.{entry.weekday}"))
    return span_of(context, days, ago=True)


def span_of(context: Context, days: int, *, ago: bool = False) -> str:
    """A number of days as it is said: "two weeks", with `ago` "two weeks ago"."""
    if days == WEEK:
        unit, slots = "week", dict[str, int]()
    elif days < 2 * WEEK:
        unit, slots = "days", {"n": days}
    elif days < 2 * MONTH:
        unit, slots = "weeks", {"n": days // WEEK}
    else:
        unit, slots = "months", {"n": days // 30}
    return context.phrases.pick(f"when.ago.{unit}" if ago else f"span.{unit}", **slots)


def known_from_before(context: Context, listening: Listening) -> Mapping[str, str]:
    """Names and words that exercises may use without asking."""
    memory, found = context.memory, dict[str, str]()
    if context.name:
        found["name"] = context.name
    if context.contacts:
        found["contact"] = context.contacts[0].name
    for name, kind in (
        ("past_value", "value"),
        ("past_thought", "thought"),
        ("past_later", "later"),
        ("past_act", "act"),
    ):
        entry = memory.last(kind)
        if entry is not None and entry.text:
            found[name] = entry.text if kind in ("value", "thought") else mirrored(entry.text, listening.mirror)
    entries = memory.entries()
    if entries and entries[0].days_ago > 0:
        found["past_days"] = span_of(context, entries[0].days_ago)
        found["past_talks"] = str(len({e.talk for e in entries}))
    steps = {
        e.data.get("number") for e in entries if e.data.get("name") == "step" and e.data.get("outcome") == "completed"
    }
    if steps:
        found["past_steps"] = str(len(steps))
    return found


def to_ask_about(context: Context) -> Entry | None:
    """Something they meant to do, from an earlier day, that nobody has asked about so far."""
    pending = [e for e in context.memory.entries("later") if not e.data.get("asked")]
    pending = [e for e in pending if 0 < e.days_ago <= STALE_DAYS]
    return pending[-1] if pending else None


def ended(context: Context, name: str) -> list[Entry]:
    """Sessions of a name that were begun before, oldest first."""
    return [e for e in context.memory.entries("session") if e.data.get("name") == name]


def visits_of(context: Context, name: str, number: str = "") -> int:
    """How often a session was begun before, whether it came to its end or was left."""
    return sum(e.data.get("number", "") == number for e in ended(context, name))


def own_contacts(memory: Memory) -> tuple[Contact, ...]:
    """People they told us about."""
    return tuple(Contact(e.text, e.data.get("phone", "")) for e in memory.entries("contact"))
