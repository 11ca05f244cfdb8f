"""Who has the floor: what runs, what lies on top of it, what is said in between. The state that the rules act on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import Enum, auto

from .commands import Command, Hush, Listen, Note, Quit, SetVolume
from .meaning import Meaning
from .mouth import Mouth
from .player import Player
from .session import Context, Factory, Session, Slots

SLEEP_FADE_S = 30.0  # 15-60 s is what people ask for (docs/evidence.md): a cut wakes
UNRECORDED = ("first", "safety", "confirm", "safety_plan", "progress", "return", "add_contact", "set_region")
SafetyFactory = Callable[[Context, Meaning], Session]


class Then(Enum):
    """What follows an aside."""

    NOTHING = auto()
    CONTINUE = auto()
    QUIT = auto()


class Floor:
    """The base session, one overlay (safety, or a question of our own), asides, pause and the sleep timer."""

    def __init__(self, context: Context, sessions: Mapping[str, Factory], safety: SafetyFactory) -> None:
        self.context = context
        self.out: list[Command] = []
        self.mouth = Mouth(context, self.out)
        self.base = Player(context, self.mouth, self.out, self._record)
        self.over: Player | None = None
        self.over_about: Meaning | None = None  # what the overlay is about
        self.in_safety = False
        self.then = Then.NOTHING
        self.upcoming: Meaning | None = None  # what begins after the aside that is being said
        self.paused = False
        self.sleep_at: float | None = None
        self.dark_at: float | None = None  # when the sleep timer's fade has ended
        self.ended = False
        self._sessions = sessions
        self._safety = safety
        self._ran: Session | None = None  # the base session at the last look
        self.before: Session | None = None  # the base session that was there last
        self._danger = False  # what lies on top knows that there is danger now
        self._hushed = False  # the safety session may have left it quiet, so that nobody else hears

    @property
    def top(self) -> Player:
        """The player that the person is dealing with."""
        return self.over or self.base

    @property
    def night(self) -> bool:
        """Whether what runs is for falling asleep."""
        return self.base.session is not None and self.base.session.night

    def begins(self, intent: str) -> bool:
        """Whether a session begins with this intent."""
        return intent in self._sessions

    def _record(self, session: Session, outcome: str) -> None:
        """A session has ended: its name, how, and what it leaves behind go into the person's record."""
        if session.name not in UNRECORDED:
            self.context.memory.add("session", **{"name": session.name, "outcome": outcome, **session.traces()})

    # ---- sessions ---------------------------------------------------------------------------------------------------
    def start(self, meaning: Meaning, now: float) -> None:
        """Begin what the person asked for; what runs is left."""
        self.leave("left")
        if self._hushed:
            self._hushed = False
            self.out.append(SetVolume(self.context.volume, 0.5))
        self.base.start(self._sessions[meaning.intent](self.context, meaning.slots, meaning), now)

    def leave(self, outcome: str) -> None:
        """End what runs."""
        self.mouth.hush()
        self.before = self.base.outermost or self.before
        self.base.close(outcome)
        self.paused = False
        self.then, self.upcoming = Then.NOTHING, None
        self._ran = None

    def lay_over(self, session: Session, about: Meaning, now: float) -> None:
        """Run `session` on top; what runs below holds still."""
        self.mouth.hush()
        self.base.halt(now)
        self.over, self.over_about = Player(self.context, self.mouth, self.out), about
        self.over.start(session, now)

    def drop_overlay(self) -> None:
        """End what lies on top, without a word."""
        if self.over is not None:
            self.mouth.hush()
            self.over.close("left")
        self.over, self.over_about, self.in_safety = None, None, False

    def go_on(self, now: float) -> None:
        """What was held still under an overlay that a command has ended goes on, after the answer to that command."""
        held = self.over is None and self.base.session is not None and self.base.halted and not self.paused
        if held and self.then is Then.NOTHING:
            if self.mouth.current is not None:
                self.then = Then.CONTINUE
            else:
                self.base.resume(now)

    def be_safe(self, meaning: Meaning, now: float) -> None:
        """Someone may not be safe: stop what runs where it is, and be there. Already there: it is an answer."""
        self.out.append(Note("safety", {"level": meaning.safety}))
        if self.in_safety and self.over is not None:
            graver = meaning.safety == "danger" and not meaning.unsure and not self._danger
            self._danger = self._danger or graver
            self.context.memory.hush(danger=self._danger)
            if self.over.answer(meaning, now):
                return
            if not graver:
                self.over.hold(meaning, now)
                return
        self.drop_overlay()
        self.in_safety = self._hushed = True
        self._danger = meaning.safety == "danger" and not meaning.unsure
        self.context.interrupted = self.base.session is not None
        self.context.memory.hush(danger=self._danger)
        self.sleep_at = self.dark_at = self.upcoming = None
        self.then = Then.NOTHING
        self.out.append(SetVolume(self.context.volume, 0.5))  # a bedtime fade may be under way
        self.lay_over(self._safety(self.context, meaning), meaning, now)

    def overlay_result(self) -> tuple[str, Meaning | None, bool] | None:
        """(result, about, was safety) of an overlay that has just come to its end."""
        if self.over is None or self.over.session is not None:
            return None
        ended = (self.over.result, self.over_about, self.in_safety)
        self.over, self.over_about, self.in_safety = None, None, False
        return ended

    def base_ended(self) -> Session | None:
        """The base session, once, after it has come to its own end (not when it was left)."""
        before, self._ran = self._ran, self.base.outermost
        if before is None or self._ran is not None:
            return None
        self.paused, self.before = False, before
        self.out.append(Listen(self.top.expect))
        return before

    def forget_person(self, people: Collection[str]) -> None:
        """Nothing of them is known any more, nor of these people; the settings are read anew at the next start."""
        self.context.name = ""
        self.context.contacts = tuple(c for c in self.context.contacts if c.name not in people)
        self.context.region_told = None

    def finish(self) -> None:
        """The conversation is over."""
        if not self.ended:
            self.ended = True
            self.base.close("ended")
            self._ran = None
            self.out.append(Quit())

    # ---- lines between the lines ------------------------------------------------------------------------------------
    def aside(
        self, line: str, slots: Slots | None = None, *, now: float, halt: bool = False, private: bool = False
    ) -> None:
        """Say something in between.

        A line of the session that it cuts is said again after it; a wait goes on meanwhile, unless `halt`; a question
        that was asked in full stays open and is not asked again.
        """
        cut = self.mouth.current is not None and not self.mouth.current.aside
        if self.top.session is not None and not self.top.halted:
            if cut or halt:
                self.top.halt(now)
                self.then = Then.CONTINUE
            else:
                self.top.still_waiting(now)
        self.mouth.say(line, slots, aside=True, private=private)

    def small_aside(self, line: str, now: float, slots: Slots | None = None) -> None:
        """An answer that the change itself gives already when something is being said."""
        if self.mouth.current is None:
            self.aside(line, slots, now=now)

    def line_ended(self, line_id: int, now: float) -> None:
        """A line has been said."""
        line = self.mouth.ended(line_id)
        if line is None:
            return
        if not line.aside:
            self.top.spoken(now)
            return
        then, self.then = self.then, Then.NOTHING
        upcoming, self.upcoming = self.upcoming, None
        if then is Then.QUIT:
            self.finish()
        elif upcoming is not None:
            self.start(upcoming, now)
        elif then is Then.CONTINUE and not self.paused:
            self.top.resume(now)

    # ---- the sleep timer --------------------------------------------------------------------------------------------
    def sleep_in(self, seconds: float, now: float) -> None:
        """Fade out and end everything so that it is dark after `seconds`."""
        self.sleep_at, self.dark_at = now + max(0.0, seconds - SLEEP_FADE_S), None

    def check_sleep(self, now: float) -> bool:
        """Begin or end the fade when its time has come; True when the conversation ended with it."""
        if self.dark_at is not None and now >= self.dark_at - 1e-9:
            self.out.append(Hush(0.02))
            self.mouth.current = None
            self.base.close("sleep_timer")
            self.finish()
            return True
        if self.sleep_at is not None and now >= self.sleep_at - 1e-9:
            self.sleep_at, self.dark_at = None, now + SLEEP_FADE_S
            self.out.append(SetVolume(0.0, SLEEP_FADE_S))
        return False
