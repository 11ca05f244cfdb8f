"""A spoken journal with a clear end: it notices when the same thought comes round again, and keeps on request."""

from __future__ import annotations

from collections.abc import Generator

from ..core.meaning import Expect, Kind, Meaning
from ..core.session import Answer, Ask, Context, Directive, Enter, Flow, Moved, Outcome, Say, Slots, Wait, is_yes
from ..packs.loader import Pack
from .base import BaseSession, place_named, says
from .exercise import YES_NO_S, MakeInner
from .gist import comes_again, thoughts_in

LISTEN_S = 45.0  # quiet that ends it; thinking takes time
LIMIT_S = 300.0  # after this no more is asked: venting without an end pulls people under (docs/evidence)
MOST_ENTRIES = 6
ROUNDS = 2  # so often the same thought comes again before something else is offered
ONE_THOUGHT = 20  # words; a longer entry is looked at in pieces
WALK_S = 120.0
OPEN = Expect(Kind.OPEN, choices=("goodbye",))  # "that's all" is one, and means the page
WAYS = ("walk", "breathe", "distract")  # in the order they are offered
DISTRACTIONS = 3

Told = Generator[Directive, Outcome, None]


class Journal(BaseSession):
    """Entries by voice, until they are done, the time is over, or the thoughts go in circles."""

    name = "journal"
    moves = True

    def __init__(self, pack: Pack, context: Context, inner: MakeInner) -> None:
        self._pack, self._context, self._inner = pack, context, inner
        self._entries: list[str] = []
        self._thoughts: list[str] = []  # the entries in clauses
        self._again = 0

    def run(self) -> Flow:
        """The frame, the entries, a kind end."""
        began = self._context.time
        yield Say("journal.begin")
        yield Say("journal.frame" if self._context.memory.keeps else "journal.note")
        question = "journal.open"
        while True:
            answer = yield Ask(question, OPEN, silence_s=LISTEN_S)
            if not isinstance(answer, Answer) or self._is_done(answer.meaning):
                break
            if answer.meaning.intent == "goodbye":
                return "goodbye"
            if self._takes(answer.meaning.text):
                yield from self._turn_away()
                break
            if self._context.time - began >= LIMIT_S or len(self._entries) >= MOST_ENTRIES:
                yield Say("journal.time")
                break
            question = "journal.more"
        return (yield from self._close())

    def _is_done(self, said: Meaning) -> bool:
        short = len(said.text.split()) <= 6  # noqa: PLR2004  "no i think that is all of it"
        return short and (said.intent == "no" or says(said.text, self._pack.replies.finished))

    def _takes(self, text: str) -> bool:
        """Take an entry; whether the same thought has come round too often."""
        whole = len(text.split()) <= ONE_THOUGHT
        for thought in (text,) if whole else thoughts_in(text, self._pack.listening):
            if comes_again(thought, self._thoughts, self._pack.listening):
                self._again += 1
            self._thoughts.append(thought)
        self._entries.append(text)
        return self._again >= ROUNDS

    # ---- the same thought again -------------------------------------------------------------------------------------
    def _turn_away(self) -> Told:
        """Say so kindly, and offer something for the body or the eyes instead."""
        yield Say("journal.loop")
        answer = yield Ask("journal.loop.offer", Expect(Kind.CHOICE, ("breathe",)), silence_s=25.0)
        way = self._way(answer.meaning) if isinstance(answer, Answer) else None
        if way == "breathe":
            yield Enter(self._inner("breathe", {"pattern": "extended", "minutes": 3}))
        elif way == "walk":
            yield Say("journal.walk")
            yield Wait(WALK_S / 2)
            yield Say("journal.walk.half")
            yield Wait(WALK_S / 2)
            yield Say("journal.walk.end")
        elif way == "distract":
            for n in range(1, DISTRACTIONS + 1):
                if isinstance((yield Ask(f"journal.distract.{n}", OPEN, silence_s=20.0)), Moved):
                    break
            yield Say("journal.distract.end")
        else:
            yield Say("journal.loop.no")

    def _way(self, said: Meaning) -> str | None:
        replies = self._pack.replies
        if says(said.text, replies.walk):
            return "walk"
        if says(said.text, replies.distract):
            return "distract"
        if said.intent == "breathe" or says(said.text, replies.grounding):
            return "breathe"
        if said.intent == "no" or says(said.text, replies.nothing):
            return None
        place = place_named(said.text, replies.ordinals, len(WAYS))
        if place is not None:
            return WAYS[place]
        return "walk" if said.intent == "yes" else None

    # ---- the end ----------------------------------------------------------------------------------------------------
    def _close(self) -> Flow:
        if not self._entries:
            yield Say("journal.empty")
            return "silent"
        answer = yield Ask("journal.kind", OPEN, silence_s=25.0)
        if isinstance(answer, Answer) and not self._is_done(answer.meaning):
            self._entries.append(answer.meaning.text)
            yield Say("journal.kind.thanks")
        else:
            yield Say("journal.kind.silence")
        if self._context.memory.keeps:
            kept = yield Ask("journal.keep", Expect(Kind.YES_NO), silence_s=YES_NO_S)
            if is_yes(kept):
                done = self._context.memory.add("journal", "\n".join(self._entries))
                yield Say("journal.kept" if done else self._context.memory.told())
            else:
                yield Say("journal.gone")
        yield Say("journal.end")
        return "completed"

    def traces(self) -> dict[str, str]:
        """Whether it went in circles."""
        return {"circles": str(self._again)} if self._again >= ROUNDS else {}

    def why(self) -> str | None:
        """Why there is an end to it."""
        return "journal.why"

    def status(self) -> tuple[str, Slots]:
        """A page is open."""
        return "status.journal", {}
