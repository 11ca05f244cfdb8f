"""The conversation: events in, commands out. Safety first, then words that work at any time, then what runs.

Pure: no threads, no I/O, no clock of its own. One thread calls `handle`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .answers import AT_ANY_TIME, BEGINS, SURELY, is_answer
from .anytime import act
from .commands import Command, Listen, Note, SetVolume, Speak, note_of
from .doubts import Doubts, meaning_of
from .events import (
    Deadline,
    DeviceBack,
    DeviceLost,
    Event,
    Failed,
    InputEnded,
    LineEnded,
    LineStarted,
    Partial,
    SpeechBegan,
    Started,
    Utterance,
)
from .floor import Floor, SafetyFactory
from .meaning import (
    Meaning,
    SlotValue,
    Understanding,
    check_in_about,
)
from .session import Context, Factory, Session

FEELING_SURE = 0.6  # a feeling told during breathing is answered only when it is clear


class Conversation:
    """One person, one conversation.

    Args:
        understanding: words -> meaning.
        sessions: intent -> factory of the session it begins.
        safety: factory of the session for a person who may not be safe; entered from everywhere.
        context: what is set for this conversation; its `phrases` give every word that is said.
        first: the first conversation ever on this machine: says what VoiceHeal is.
        opening: the session that begins it, with a hello and a question; given whether nothing else was asked for.
    """

    def __init__(
        self,
        *,
        understanding: Understanding,
        sessions: Mapping[str, Factory],
        safety: SafetyFactory,
        context: Context,
        first: bool = False,
        opening: Callable[[Context, bool], Session] | None = None,
    ) -> None:
        self._understanding = understanding
        self._floor = Floor(context, sessions, safety)
        self._first = first
        self._make_opening = opening
        self._opening: Session | None = None
        self._wanted: Meaning | None = None  # what was asked for on the command line, after the opening
        self._misses = 0
        self._doubts = Doubts()
        self._input_ended = False
        self._meant: Meaning | None = None  # of what was heard in this event

    # ---- outside ----------------------------------------------------------------------------------------------------
    @property
    def context(self) -> Context:
        """What is set for this conversation, and what was told in it."""
        return self._floor.context

    @property
    def over(self) -> bool:
        """Whether the conversation has ended."""
        return self._floor.ended

    @property
    def next_deadline(self) -> float | None:
        """When a `Deadline` event is wanted, seconds of session time; None = only when something happens."""
        floor = self._floor
        if floor.ended:
            return None
        times = [floor.top.next_deadline, floor.sleep_at, floor.dark_at]
        return min((t for t in times if t is not None), default=None)

    @property
    def idle(self) -> bool:
        """Nothing runs, nothing is said: it is the person's turn, for as long as they like."""
        return self._floor.top.session is None and self._floor.mouth.current is None

    @property
    def listening(self) -> bool:
        """It is the person's turn: nothing is said and nothing runs, or a question is open, or all is paused."""
        top = self._floor.top
        return self._floor.mouth.current is None and (top.session is None or top.asking is not None or top.halted)

    @property
    def saying(self) -> str | None:
        """The words that are being said now."""
        return self._floor.mouth.current.text if self._floor.mouth.current else None

    def handle(self, event: Event, now: float) -> list[Command]:
        """Take one event; what is to be done about it, in order."""
        floor = self._floor
        if floor.ended:
            return []
        self._meant = None
        match event:
            case Started(intent, slots):
                self._begin(intent, dict(slots), now)
            case SpeechBegan():
                floor.top.heard_voice(now)
            case Utterance():
                self._heard(event, now)
            case LineEnded(line_id):
                floor.line_ended(line_id, now)
            case Deadline():
                if not floor.check_sleep(now):
                    floor.top.wake(now)
            case InputEnded():
                self._input_ended = True
            case DeviceLost(kind):
                self._device_lost(kind, now)
            case DeviceBack(kind):
                floor.out.append(Note("device_back", {"kind": kind}))
                floor.aside("device.back", now=now)
            case LineStarted() | Partial() | Failed():
                pass
        self._settle(now)
        out, floor.out[:] = list(floor.out), []
        return out

    # ---- begin and end ----------------------------------------------------------------------------------------------
    def _begin(self, intent: str | None, slots: Mapping[str, SlotValue], now: float) -> None:
        floor = self._floor
        floor.out.append(SetVolume(floor.context.volume, 0.0))
        wanted = Meaning("", intent, slots, confidence=1.0) if intent else None
        if wanted is not None and not self._first:
            floor.start(wanted, now)
            return
        if self._make_opening is not None and (self._first or wanted is None):
            self._wanted = wanted
            self._opening = self._make_opening(floor.context, wanted is None)
            floor.base.start(self._opening, now)
            return
        floor.upcoming = wanted
        name = floor.context.name
        if self._first:
            floor.mouth.say("welcome.first", aside=True)
        elif name:
            floor.mouth.say("welcome.named", {"name": name}, private=True, aside=True)
        else:
            floor.mouth.say("welcome", aside=True)
        floor.out.append(Listen(floor.top.expect))

    def _settle(self, now: float) -> None:
        """What follows from a session that came to its end."""
        floor = self._floor
        ended = floor.overlay_result()
        if ended is not None:
            self._after_overlay(*ended, now)
        done = floor.base_ended()
        if done is not None and done is self._opening and floor.base.result == "completed" and self._wanted:
            floor.start(self._wanted, now)
        if done is not None and done.night:
            floor.finish()
        if done is not None and floor.base.result == "goodbye":
            act(floor, Meaning("", "goodbye", confidence=1.0), now)
        self._last_word(done, now)
        memory = floor.context.memory
        if memory.failed and self.idle and not floor.night and not memory.quiet:
            memory.failed = False
            floor.aside("record.failed", now=now)
        for_good = floor.paused and floor.over is None and floor.mouth.current is None  # nobody is left to go on
        if self._input_ended and (self.idle or for_good) and floor.upcoming is None:
            floor.finish()

    def _last_word(self, done: Session | None, now: float) -> None:
        """What was said into the end of a session is not lost with it, and nobody is answered by silence alone."""
        floor = self._floor
        if done is None or done.night or floor.ended or floor.upcoming is not None or not self.idle:
            return
        left, meant = floor.base.left_over(now), self._meant
        if left is not None:
            self._unasked(left, now)
        elif meant is not None and not any(isinstance(c, Speak) for c in floor.out):
            if meant.intent == "feeling" and meant.stage is not None and meant.confidence >= FEELING_SURE:
                floor.start(check_in_about(meant), now)
            elif meant.intent not in AT_ANY_TIME or floor.base.result == "completed":
                floor.aside("left.there", now=now)

    def _after_overlay(self, result: str, about: Meaning | None, safety: bool, now: float) -> None:
        floor = self._floor
        if not safety and result == "yes" and about is not None:
            self._doubts.confirmed(about)
            self._misses = 0
            act(floor, about, now, confirmed=True)
        elif safety and result != "back":
            floor.leave("left")
        elif not floor.paused:
            floor.base.resume(now)
        floor.context.memory.quiet = False
        if not safety and result == "no" and about is not None:
            self._doubts.refused(about)
            if floor.base.session is None:
                self._missed(now)
        floor.out.append(Listen(floor.top.expect))

    def _device_lost(self, kind: str, now: float) -> None:
        """Headphones unplugged: hold still; nothing goes on until the person says so."""
        floor = self._floor
        floor.out.append(Note("device_lost", {"kind": kind}))
        if kind == "speaker" and floor.base.session is not None:
            floor.mouth.hush()
            floor.top.halt(now)
            floor.paused = True

    # ---- what was heard ---------------------------------------------------------------------------------------------
    def _heard(self, said: Utterance, now: float) -> None:
        floor = self._floor
        top = floor.top
        if not (said.text or said.command).strip():
            top.still_waiting(now)
            return
        meaning = meaning_of(self._understanding, said, top.expect)
        meaning = self._doubts.settle(said, meaning, self._understanding, top.expect)
        self._floor.out.append(note_of(meaning))
        self._meant = meaning
        ending = top.session.notice(meaning.text) if top.session else None
        if meaning.safety is not None:
            floor.be_safe(meaning, now)
        elif ending is not None:
            floor.leave("stopped")
            floor.aside(ending, now=now)
        elif is_answer(meaning, self._floor.top) or (floor.in_safety and meaning.how not in SURELY):
            if not top.answer(meaning, now):
                top.hold(meaning, now)
        elif meaning.intent in AT_ANY_TIME or meaning.intent in BEGINS:
            self._misses = 0
            laid = floor.over is not None and not floor.in_safety
            act(floor, meaning, now)
            if laid:
                floor.go_on(now)
            floor.top.still_waiting(now)
        elif top.asking:
            top.answer(meaning, now)
        else:
            self._unasked(meaning, now)

    def _unasked(self, meaning: Meaning, now: float) -> None:
        """Something said while nothing was asked."""
        floor = self._floor
        running = floor.top.session
        if floor.paused:
            floor.aside("paused.still", now=now)
        elif meaning.intent == "feeling" and running is None:
            floor.start(check_in_about(meaning), now)
        elif running is not None:
            clear = meaning.intent == "feeling" and meaning.stage is not None and meaning.confidence >= FEELING_SURE
            if clear and running.paced == "breath" and not floor.in_safety:
                floor.start(check_in_about(meaning), now)  # being heard matters more than the rest of the minutes
            elif not running.night:
                floor.top.hold(meaning, now)
        elif meaning.how == "none":
            self._missed(now)
        else:
            self._misses = 0
            floor.aside("out_of_scope", now=now)

    def _missed(self, now: float) -> None:
        """Not understood; the second time in a row, a list of what can be said."""
        self._misses += 1
        self._floor.aside("not_understood.first" if self._misses == 1 else "not_understood.again", now=now)
