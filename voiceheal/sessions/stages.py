"""The five stages told: no order, no numbers; what is strongest right now, and something to do about it if wanted."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.meaning import Expect, Kind, SlotValue
from ..core.session import Answer, Ask, Context, Enter, Flow, Say, Slots, Wait
from ..packs.feeling_stages import Offer
from ..packs.loader import Pack
from .base import BaseSession, felt
from .exercise import ANSWER_S, MakeInner
from .offers import Offers

LEAST = 2  # explanations told about one stage


class StageTalk(BaseSession):
    """What the five stages are, or one of them."""

    name = "stages"
    moves = True

    def __init__(self, pack: Pack, context: Context, slots: Mapping[str, SlotValue], inner: MakeInner) -> None:
        self._pack = pack
        self._context = context
        self._inner = inner
        self._stage = str(slots.get("stage", ""))

    def run(self) -> Flow:
        """One stage, or all of them and which to hear more about; then what helps there, with a no that is fine."""
        stage = self._stage
        if stage not in self._pack.stages:
            yield Say("stages.intro")
            for each in self._pack.stages.values():
                yield Say("stages.item", {"name": each.name})
            answer = yield Ask("stages.which", Expect(Kind.CHOICE, ("stages", "feeling")), silence_s=ANSWER_S)
            if not isinstance(answer, Answer):
                return "completed"
            named = answer.meaning.slots.get("stage") or felt(answer.meaning)
            if named is None or str(named) not in self._pack.stages:
                return "completed"
            self._stage = stage = str(named)
        for n in range(LEAST):
            yield Say(f"stage.{stage}.explanation")
            if n < LEAST - 1:
                yield Wait(1.0)
        yield Say("stages.done")
        offers = Offers(self._pack, self._context, stage, None)
        chosen = yield from offers.ask()
        if not isinstance(chosen, Offer):
            yield Say("checkin.declined")
            return "completed"
        yield Enter(self._inner(chosen.intent, chosen.slots))
        return "completed"

    def traces(self) -> Mapping[str, str]:
        """Which stage was told about."""
        return {"stage": self._stage} if self._stage in self._pack.stages else {}

    def status(self) -> tuple[str, Slots]:
        """Telling about them."""
        return "status.idle", {}
