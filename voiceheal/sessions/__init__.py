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
from .first import First
from .safety import Safety
from .talks import MakeInner, StageTalk, StepList, StepTalk, Talk

TALKS = ("why_it_hurts", "reframe", "reflect", "values", "reach_out", "journal", "closing")


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

    def steps(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        return StepList(pack, context, _inner(factories, context))

    def step(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        number = int(float(slots.get("number", 0)))
        inner = _inner(factories, context)
        return StepTalk(pack, context, number, inner) if number in pack.steps else StepList(pack, context, inner)

    def stages(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        return StageTalk(pack, slots)

    factories: dict[str, Factory] = {
        "breathe": breathe,
        "affirm": affirm,
        "bedtime": bedtime,
        "check_in": check_in,
        "steps": steps,
        "step": step,
        "stages": stages,
    }
    for name in TALKS:
        factories[name] = _talk(pack, name, factories)
    return factories


def _talk(pack: Pack, name: str, factories: dict[str, Factory]) -> Factory:
    def make(context: Context, slots: Mapping[str, SlotValue], said: Meaning | None) -> Session:
        talk = pack.talks[name]
        return Talk(name, talk.id, talk.title, talk.parts, _inner(factories, context))

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
