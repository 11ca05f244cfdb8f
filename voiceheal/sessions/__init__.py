"""What VoiceHeal does with a person, one file a session; `build_sessions` says which intent begins which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..core.floor import SafetyFactory
from ..core.meaning import Meaning, SlotValue
from ..core.session import Context, Factory, Session
from ..packs.loader import Pack
from .affirmations import Affirmations, Bedtime
from .breathing import Breathing
from .checkin import CheckIn
from .exercise import Exercise, MakeInner
from .first import First
from .journal import Journal
from .looking_back import LookingBack, Return, opens
from .own import AddContact, SafetyPlan, SetRegion
from .recall import own_contacts, visits_of
from .safety import Safety
from .stages import StageTalk
from .steps import StepList, StepTalk

__all__ = ["Defaults", "build_sessions", "first_session", "opening_session", "own_contacts", "safety_session"]
TALKS = ("why_it_hurts", "reframe", "reflect", "values", "reach_out", "closing")


@dataclass(frozen=True)
class Defaults:
    """What the settings say about sessions."""

    pattern: str = ""
    breathe_minutes: float = 5.0
    affirm_minutes: float = 3.0
    bedtime_minutes: float = 15.0


def build_sessions(pack: Pack, defaults: Defaults | None = None) -> dict[str, Factory]:
    """Intent -> factory of its session."""
    given = defaults or Defaults()

    def breathe(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        return Breathing(pack, context, slots, default_pattern=given.pattern, default_minutes=given.breathe_minutes)

    def affirm(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        return Affirmations(pack, context, slots, default_minutes=given.affirm_minutes)

    def bedtime(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        return Bedtime(pack, context, slots, default_minutes=given.bedtime_minutes)

    def check_in(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        return CheckIn(pack, context, said, _inner(factories, context))

    factories: dict[str, Factory] = {
        "breathe": breathe,
        "affirm": affirm,
        "bedtime": bedtime,
        "check_in": check_in,
        **_own(pack),
    }
    factories.update(_exercises(pack, factories))
    for name in TALKS:
        factories[name] = _talk(pack, name, factories)
    return factories


def _exercises(pack: Pack, factories: dict[str, Factory]) -> dict[str, Factory]:
    """Steps, stages and the journal; they begin others inside them."""

    def steps(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        return StepList(pack, context, _inner(factories, context), said)

    def step(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        number = int(float(slots.get("number", 0)))
        inner = _inner(factories, context)
        return StepTalk(pack, context, number, inner) if number in pack.steps else StepList(pack, context, inner)

    def stages(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        return StageTalk(pack, context, slots, _inner(factories, context))

    def journal(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        return Journal(pack, context, _inner(factories, context))

    return {"steps": steps, "step": step, "stages": stages, "journal": journal}


def _own(pack: Pack) -> dict[str, Factory]:
    """Sessions about the person's own record, people and plans."""
    return {
        "progress": lambda context, slots, said: LookingBack(pack, context),
        "safety_plan": lambda context, slots, said: SafetyPlan(pack, context, slots, said),
        "add_contact": lambda context, slots, said: AddContact(pack, context, slots),
        "set_region": lambda context, slots, said: SetRegion(pack, context, slots),
    }


def _talk(pack: Pack, name: str, factories: dict[str, Factory]) -> Factory:
    def make(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        talk = pack.talks[name]
        return Exercise(
            pack,
            context,
            _inner(factories, context),
            name=name,
            prefix=talk.id,
            title=talk.title,
            parts=talk.parts,
            visit=visits_of(context, name) + 1,
        )

    return make


def _inner(factories: Mapping[str, Factory], context: Context) -> MakeInner:
    """Makes the session another one wants inside it."""
    return lambda intent, slots: factories[intent](context, slots, None)


def safety_session(pack: Pack) -> SafetyFactory:
    """Factory of the session for a person who may not be safe."""

    def make(context: Context, meaning: Meaning) -> Session:
        return Safety(pack, context, meaning)

    return make


def first_session(pack: Pack, sessions: Mapping[str, Factory]) -> Callable[[Context, bool], Session]:
    """Factory of the session of the very first start; it is told whether to end with an open question."""

    def make(context: Context, open_end: bool) -> Session:
        return First(pack, context, lambda told: sessions["check_in"](context, {}, told), open_end)

    return make


def opening_session(pack: Pack, context: Context) -> Callable[[Context, bool], Session] | None:
    """Factory of the session that begins a later conversation; None when there is nothing to ask about."""
    return (lambda context, open_end: Return(pack, context)) if opens(context) else None
