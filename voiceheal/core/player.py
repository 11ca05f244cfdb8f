"""Plays sessions: drives their generators, one directive at a time, with halt, resume, repeat and exact plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto

from .commands import Command, Listen, Note, PlayTone, Prepare, SetVolume
from .meaning import Expect, Kind, Meaning
from .mouth import Mouth
from .session import (
    Answer,
    Ask,
    Context,
    Cue,
    Done,
    Enter,
    Fade,
    Flow,
    Moved,
    Outcome,
    Ready,
    Resumed,
    Say,
    Session,
    Silence,
    Wait,
)

IDLE = Expect(Kind.COMMAND)
HELD_S = 15.0  # an answer given before its question is kept so long


class _Phase(Enum):
    SPEAKING = auto()
    LISTENING = auto()
    WAITING = auto()
    HALTED = auto()


@dataclass
class _Pending:
    """The directive that is being carried out."""

    what: Say | Ask | Wait
    phase: _Phase
    due: float | None = None
    rest: float = 0.0  # of a halted wait
    words: str | None = None  # of a line already chosen, so that a repeat is the same


class Player:
    """A stack of running sessions and the directive of the innermost one.

    `plan` is the planned time of what happens next: waits add to it, not to the time at which they were noticed.
    """

    def __init__(
        self,
        context: Context,
        mouth: Mouth,
        out: list[Command],
        ended: Callable[[Session, str], None] | None = None,
    ) -> None:
        self._context = context
        self._mouth = mouth
        self._out = out
        self._ended = ended  # told of each session that has ended, with its outcome
        self._stack: list[tuple[Session, Flow]] = []
        self._pending: _Pending | None = None
        self._held: tuple[Meaning, float] | None = None
        self.plan = 0.0
        self.result = ""  # outcome of the session that ended last

    # ---- what is going on -------------------------------------------------------------------------------------------
    @property
    def session(self) -> Session | None:
        """The innermost running session."""
        return self._stack[-1][0] if self._stack else None

    @property
    def outermost(self) -> Session | None:
        """The session that everything else runs in."""
        return self._stack[0][0] if self._stack else None

    @property
    def halted(self) -> bool:
        """Whether the session is held still."""
        return self._pending is not None and self._pending.phase is _Phase.HALTED

    @property
    def asking(self) -> Ask | None:
        """The question that is open (being asked, or waiting for its answer)."""
        p = self._pending
        return p.what if p and isinstance(p.what, Ask) and p.phase in (_Phase.SPEAKING, _Phase.LISTENING) else None

    @property
    def expect(self) -> Expect:
        """What may be heard now."""
        return replace(self.asking.expect if self.asking else IDLE, patience=self._context.patience)

    @property
    def next_deadline(self) -> float | None:
        """When `wake` wants to be called."""
        p = self._pending
        return p.due if p and p.phase in (_Phase.LISTENING, _Phase.WAITING) else None

    # ---- begin and end ----------------------------------------------------------------------------------------------
    def start(self, session: Session, now: float) -> None:
        """Run `session`; nothing may be running."""
        assert not self._stack, "close what runs before starting something else"
        self.plan = now
        self._push(session)
        self._advance(None, now)

    def close(self, outcome: str) -> None:
        """End everything that runs, innermost first."""
        while self._stack:
            session, flow = self._stack.pop()
            flow.close()
            self._note_end(session, outcome)
        self._pending = None
        self._held = None

    # ---- what happens -----------------------------------------------------------------------------------------------
    def spoken(self, now: float) -> None:
        """The current line of the session has been said."""
        p = self._pending
        if p is None or p.phase is not _Phase.SPEAKING:
            return
        if isinstance(p.what, Ask):
            p.phase, p.due = _Phase.LISTENING, now + p.what.silence_s
            return
        self.plan = now
        self._advance(Done(), now)

    def wake(self, now: float) -> None:
        """The deadline has come."""
        p = self._pending
        if p is None or p.due is None or now < p.due - 1e-9 or p.phase in (_Phase.SPEAKING, _Phase.HALTED):
            return
        if isinstance(p.what, Ask):
            self.plan = now
            self._advance(Silence(), now)
        else:
            self.plan = p.due
            self._advance(Done(), now)

    def heard_voice(self, now: float) -> None:
        """The person has begun to speak: do not take the silence before the end of it for an answer."""
        p = self._pending
        if p and isinstance(p.what, Ask) and p.phase is _Phase.LISTENING:
            p.due = None

    def still_waiting(self, now: float) -> None:
        """What was heard was not for the question: wait on."""
        p = self._pending
        if p and isinstance(p.what, Ask) and p.phase is _Phase.LISTENING:
            p.due = now + p.what.silence_s

    def answer(self, meaning: Meaning, now: float) -> bool:
        """Hand an answer to the open question; False when there is none."""
        if not self.asking:
            return False
        self._mouth.hush()
        self.plan = now
        self._advance(Answer(meaning), now)
        return True

    def hold(self, meaning: Meaning, now: float) -> None:
        """Keep what was said ahead of the question it answers."""
        self._held = (meaning, now)

    def left_over(self, now: float) -> Meaning | None:
        """What was said ahead of a question that did not come before the end; given once."""
        if self._stack or self._held is None:
            return None
        (meaning, at), self._held = self._held, None
        return meaning if now - at < HELD_S else None

    def move(self, move: Moved, now: float) -> None:
        """Hand "next" or "back" to the session."""
        self._mouth.hush()
        self.plan = now
        self._advance(move, now)

    # ---- halt and go on ---------------------------------------------------------------------------------------------
    def halt(self, now: float) -> None:
        """Hold still: nothing is said, no time runs."""
        p = self._pending
        if p is None or p.phase is _Phase.HALTED:
            return
        p.rest = max(0.0, p.due - now) if p.due is not None else 0.0
        p.phase, p.due = _Phase.HALTED, None

    def resume(self, now: float) -> None:
        """Go on: a line or question is said again, a wait goes on or begins its phase anew."""
        p = self._pending
        if p is None or p.phase is not _Phase.HALTED:
            return
        self.plan = now
        if not isinstance(p.what, Wait):
            self._speak(p)
        elif p.what.restart:
            self._advance(Resumed(), now)
        else:
            p.phase, p.due = _Phase.WAITING, now + p.rest

    # ---- inside -----------------------------------------------------------------------------------------------------
    def _push(self, session: Session) -> None:
        self._stack.append((session, session.run()))
        self._out.append(Note("session_start", {"session": session.name}))

    def _note_end(self, session: Session, outcome: str) -> None:
        self._out.append(Note("session_end", {"session": session.name, "outcome": outcome}))
        if self._ended is not None:
            self._ended(session, outcome)

    def _advance(self, outcome: Outcome | None, now: float) -> None:
        """Send the outcome in and carry out directives until one takes time."""
        self._pending = None
        while self._stack:
            session, flow = self._stack[-1]
            self._context.time = self.plan
            try:
                wish = next(flow) if outcome is None else flow.send(outcome)
            except StopIteration as stop:
                self._stack.pop()
                self.result = str(stop.value or "completed")
                self._note_end(session, self.result)
                outcome = Done(self.result)
                continue
            match wish:
                case Enter(inner):
                    self._push(inner)
                    outcome = None
                case Cue() | Fade() | Ready():
                    self._instant(wish)
                    outcome = Done()
                case Say() | Ask() | Wait():
                    early = self._take_held(wish, now)
                    if early is None:
                        self._begin(wish, now)
                        return
                    outcome = early

    def _take_held(self, wish: Say | Ask | Wait, now: float) -> Answer | None:
        """An answer that came before its question, when it fits the question."""
        if not isinstance(wish, Ask) or self._held is None:
            return None
        (meaning, at), self._held = self._held, None
        fits = now - at < HELD_S and fits_question(meaning, wish.expect)
        return Answer(meaning) if fits else None

    def _begin(self, wish: Say | Ask | Wait, now: float) -> None:
        if isinstance(wish, Wait):
            self._pending = _Pending(wish, _Phase.WAITING, due=self.plan + wish.seconds)
        else:
            self._pending = _Pending(wish, _Phase.SPEAKING)
            self._speak(self._pending)
        self._out.append(Listen(self.expect))

    def _speak(self, p: _Pending) -> None:
        wish = p.what
        assert not isinstance(wish, Wait)
        p.phase, p.due = _Phase.SPEAKING, None
        text = p.words if p.words is not None else wish.text
        if isinstance(wish, Ask):
            self._mouth.say(wish.line, wish.slots, text=text, private=wish.private)
        else:
            self._mouth.say(wish.line, wish.slots, rate=wish.rate, gain=wish.gain, text=text, private=wish.private)
        p.words = self._mouth.current.text if self._mouth.current else None

    def _instant(self, wish: Cue | Fade | Ready) -> None:
        match wish:
            case Cue(phase, cycle, seconds, line):
                self._out.append(Note("cue", {"phase": phase, "cycle": cycle, "planned_t": round(self.plan, 4)}))
                self._out.append(PlayTone(phase, self.plan, seconds))
                self._mouth.cue(line, self.plan)
            case Fade(gain, seconds):
                self._out.append(SetVolume(self._context.volume * gain, seconds))
            case Ready(lines):
                texts = (text for line in lines for text in self._context.phrases.variants(line))
                self._out.append(Prepare(tuple((text, self._context.rate) for text in texts)))


def fits_question(meaning: Meaning, expect: Expect) -> bool:
    """Whether something said could be the answer to a question of this kind."""
    if meaning.safety is not None:  # never an answer to nothing
        return True
    match expect.kind:
        case Kind.YES_NO:
            return meaning.intent in ("yes", "no")
        case Kind.RATING:
            return meaning.intent == "mood"
        case Kind.CHOICE:
            return meaning.intent in expect.choices or meaning.intent in ("yes", "no")
        case Kind.OPEN | Kind.COMMAND:
            return True
