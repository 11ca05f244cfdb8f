"""Whole conversations as data: the real content, the real understanding and the pure core on a clock that jumps.

A scenario (tests/scenarios/*.yaml, top key `scenarios`) has a `name`, perhaps a `start` ({intent, slots}, as
`voiceheal breathe` begins) and `settings` (as in the settings file; the region is US), and `turns`. A turn does one
thing and says what must come of it:

    user: TEXT          the person says it, when it is their turn; with `early: true` at once
    silence: SECONDS    the person says nothing
    for: SECONDS        (with user) how long is waited then; without it until it is the person's turn again, or the end
    expect: [LINE, ...] content lines that are said in this turn, in this order (others may come between); `*` and
                        `a | b` are understood
    absent: [LINE, ...] lines that are not said in this turn
    words, no_words: [TEXT, ...]      what is, and what is not, in the words that are said in this turn
    intent, slots, stage, safety      of what was understood
    began, ended: SESSION / "SESSION OUTCOME"     sessions that begin and end in this turn
    cues, last_cue, phase_s           breath cues: how many, which phase comes last, seconds of the last phase
    volume              master volume at the end of the turn, 0..1
    all_before_repeat: LINE           no variant of this line was said twice before all were heard
    over: true          the conversation ended in this turn
    later: DAYS         the conversation ends, and so many days on another one begins, with the same record
    record: {KIND: N}   so many entries of a kind are in the person's record
    facts: {KEY: TEXT}  and these facts; an empty TEXT: not known
With `memory: true` the scenario keeps a record that outlasts the conversation.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import functools
import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from voiceheal import app as house
from voiceheal.core.commands import Command, Hush, Note, PlayTone, Quit, SetVolume, Speak
from voiceheal.core.conversation import Conversation
from voiceheal.core.events import Deadline, Event, InputEnded, LineEnded, LineStarted, SpeechBegan, Started, Utterance
from voiceheal.core.memory import Memory
from voiceheal.core.transient import TransientStore
from voiceheal.packs.ear import runs
from voiceheal.settings import Settings

WORD_S = 0.3  # how long the mouth takes for a word
FAR_S = 4 * 3600.0  # no turn lasts longer
FOLDER = Path(__file__).parent / "scenarios"
KEYS = frozenset({
    "user", "early", "silence", "for", "expect", "absent", "intent", "slots", "stage", "safety", "began", "ended",
    "cues", "last_cue", "phase_s", "volume", "all_before_repeat", "over", "why", "words", "no_words", "later", "record",
    "facts",
})  # fmt: skip


@dataclass
class Heard:
    """What came of one turn."""

    lines: list[tuple[str, str]] = field(default_factory=list)  # (line id, words)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tones: list[PlayTone] = field(default_factory=list)
    over: bool = False

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Fields of the notes of one type."""
        return [fields for name, fields in self.notes if name == kind]


class Theatre:
    """A conversation, a mouth that takes `WORD_S` a word, and a clock that jumps to whatever comes next."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.now = 0.0
        self.volume = 0.0
        self.heard = Heard()
        self.told: list[str] = []  # what the person said
        self.public: list[str] = []  # what may lie in the voice's cache
        self._coming: list[tuple[float, int, Event]] = []
        self._order = itertools.count()
        self._speaking: set[int] = set()

    def take(self, event: Event) -> None:
        """Hand one event over and carry the commands out."""
        for command in self.conversation.handle(event, self.now):
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Speak():
                at = self.now if command.at is None else command.at
                self._later(at, LineStarted(command.id))
                self._later(at + WORD_S * len(command.text.split()), LineEnded(command.id))
                self._speaking.add(command.id)
                self.heard.lines.append((command.line, command.text))
                if not command.private:
                    self.public.append(command.text)
            case Hush():
                cut, self._speaking = self._speaking, set()
                for line_id in sorted(cut):
                    self._later(self.now, LineEnded(line_id, completed=False))
            case PlayTone():
                self.heard.tones.append(command)
            case SetVolume(gain, _):
                self.volume = gain
            case Note():
                self.heard.notes.append((command.type, dict(command.fields)))
            case Quit():
                self.heard.over = True
            case _:
                pass

    def _later(self, at: float, event: Event) -> None:
        heapq.heappush(self._coming, (at, next(self._order), event))

    def _next_time(self) -> float:
        due = self.conversation.next_deadline
        times = [self._coming[0][0]] if self._coming else []
        return min([*times, *([due] if due is not None else [])], default=FAR_S * 9)

    def _step(self) -> None:
        """To the next thing that happens."""
        due = self.conversation.next_deadline
        if self._coming and (due is None or self._coming[0][0] <= due):
            at, _, event = heapq.heappop(self._coming)
            self.now = max(self.now, at)
            if isinstance(event, LineEnded) and event.completed:
                if event.id not in self._speaking:  # cut meanwhile
                    return
                self._speaking.discard(event.id)
            self.take(event)
        else:
            assert due is not None
            self.now = max(self.now, due)
            self.take(Deadline())

    def pass_time(self, seconds: float) -> None:
        """So many seconds."""
        end = self.now + seconds
        while self._next_time() <= end and not self.heard.over:
            self._step()
        self.now = end

    def until_turn(self, limit_s: float = FAR_S) -> None:
        """Until it is the person's turn, or the conversation is over."""
        end = self.now + limit_s
        while not self.conversation.listening and not self.heard.over:
            assert self._next_time() <= end, f"it never became the person's turn; said: {self.heard.lines[-5:]}"
            self._step()

    def says(self, text: str) -> None:
        """The person says `text`; the words take their time."""
        took = WORD_S * len(text.split())
        start, while_speaking = self.now, bool(self._speaking)
        self.take(SpeechBegan(start))
        self.pass_time(took)
        end = self.now
        self.pass_time(0.5)
        self.heard = Heard()  # what comes of it
        self.told.append(text)
        self.take(Utterance(text, (), 1.0, start, end, self.now, while_speaking))


def scenarios() -> Iterator[Any]:
    """All scenarios as test parameters."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for scenario in yaml.safe_load(path.read_text(encoding="utf-8"))["scenarios"]:
            yield pytest.param(scenario, id=f"{path.stem}: {scenario['name']}")


@functools.cache
def house_with_content() -> house.App:
    """Content and understanding, loaded once."""
    return house.build(Settings())


def conversation_of(scenario: dict[str, Any], seed: int, store: TransientStore | None = None) -> Conversation:
    settings = Settings.model_validate({"region": "US", **scenario.get("settings", {})})
    built = dataclasses.replace(house_with_content(), settings=settings)
    return house.build_conversation(built, seed=seed, memory=Memory(store))


def matches(line: str, pattern: str) -> bool:
    """Whether a line id is meant by `a | b*`."""
    return any(fnmatch.fnmatchcase(line, p.strip()) for p in pattern.split("|"))


def check_lines(turn: dict[str, Any], heard: Heard) -> None:
    said = [line for line, _ in heard.lines]
    rest = iter(said)
    for pattern in turn.get("expect", []):
        assert any(matches(line, pattern) for line in rest), f"expected {pattern!r} (in this order), said: {said}"
    for pattern in turn.get("absent", []):
        assert not [line for line in said if matches(line, pattern)], f"{pattern!r} was said: {said}"
    words = " ".join(text for _, text in heard.lines)
    assert [w for w in turn.get("words", []) if w not in words] == [], words
    assert [w for w in turn.get("no_words", []) if w in words] == [], words


def check_meaning(turn: dict[str, Any], heard: Heard) -> None:
    for key in ("intent", "slots", "stage"):
        if key in turn:
            assert turn[key] in [m[key] for m in heard.of("intent")], f"{key}: {heard.of('intent')}"
    if "safety" in turn:
        levels = [s["level"] for s in heard.of("safety")]
        assert levels == ([turn["safety"]] if turn["safety"] else []), levels
    if "began" in turn:
        assert turn["began"] in [s["session"] for s in heard.of("session_start")], heard.notes
    if "ended" in turn:
        ends = [f"{s['session']} {s['outcome']}" for s in heard.of("session_end")]
        assert any(e == turn["ended"] or e.split()[0] == turn["ended"] for e in ends), ends


def check_breath(turn: dict[str, Any], heard: Heard) -> None:
    if "cues" in turn:
        assert len(heard.of("cue")) == turn["cues"], [c["phase"] for c in heard.of("cue")]
    if "last_cue" in turn:
        assert heard.of("cue")[-1]["phase"] == turn["last_cue"]
    if "phase_s" in turn:
        assert heard.tones[-1].length == pytest.approx(turn["phase_s"], rel=0.01)


def check_all_before_repeat(line: str, heard: Heard) -> None:
    variants = len(house_with_content().pack.lines[line])
    seen: set[str] = set()
    for words in (text for name, text in heard.lines if name == line):
        if words in seen:
            assert len(seen) == variants, f"{words!r} again after {len(seen)} of {variants}"
            seen = set()
        seen.add(words)


@functools.cache
def every_run() -> frozenset[tuple[str, ...]]:
    """Four words in a row that the pack itself says somewhere."""
    texts = (text for variants in house_with_content().pack.lines.values() for text in variants)
    return frozenset(run for text in texts for run in runs(text, 4))


def check_private(theatre: Theatre) -> None:
    """No line that may be kept as sound holds the person's words."""
    told = {run for text in theatre.told for run in runs(text, 4)} - every_run()
    shown = [text for text in theatre.public if told & set(runs(text, 4))]
    assert shown == [], shown


def play_turn(theatre: Theatre, turn: dict[str, Any]) -> None:
    unknown = set(turn) - KEYS
    assert not unknown, f"unknown keys in the scenario: {unknown}"
    if "silence" in turn:
        theatre.pass_time(float(turn["silence"]))
        return
    if not turn.get("early"):
        theatre.until_turn()
    theatre.says(str(turn["user"]))
    if "for" in turn:
        theatre.pass_time(float(turn["for"]))
    else:
        theatre.until_turn()


def check_record(turn: dict[str, Any], theatre: Theatre) -> None:
    memory = theatre.conversation.context.memory
    have = {kind: len(memory.entries(kind)) for kind in turn.get("record", {})}
    assert have == turn.get("record", {})
    facts = {key: memory.fact(key) for key in turn.get("facts", {})}
    assert facts == turn.get("facts", {})


@pytest.mark.parametrize("scenario", list(scenarios()))
@pytest.mark.parametrize("seed", [1, 2])
def test_scenario(scenario: dict[str, Any], seed: int) -> None:
    store = TransientStore(keeps=bool(scenario.get("memory")))
    theatre = Theatre(conversation_of(scenario, seed, store))
    start = scenario.get("start", {})
    theatre.take(Started(start.get("intent"), tuple(start.get("slots", {}).items())))
    for number, turn in enumerate(scenario["turns"], 1):
        if "later" in turn:
            theatre.conversation.handle(InputEnded(), theatre.now)
            store.later(int(turn["later"]))
            theatre = Theatre(conversation_of(scenario, seed, store))
            theatre.take(Started())
            theatre.until_turn()
        else:
            play_turn(theatre, turn)
        heard, theatre.heard = theatre.heard, Heard()
        try:
            check_private(theatre)
            check_lines(turn, heard)
            check_meaning(turn, heard)
            check_breath(turn, heard)
            check_record(turn, theatre)
            if "volume" in turn:
                assert theatre.volume == pytest.approx(turn["volume"], abs=0.005)
            if "all_before_repeat" in turn:
                check_all_before_repeat(turn["all_before_repeat"], heard)
            assert heard.over == bool(turn.get("over", False)), "over" if heard.over else "not over"
        except AssertionError as e:
            raise AssertionError(f"turn {number} ({turn.get('user', 'silence')!r}): {e}\n{heard}") from e


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_a_scenario_ends_when_nothing_more_is_heard(scenario: dict[str, Any]) -> None:
    """Cut off after each turn by the end of the input, every conversation comes to its end by itself."""
    theatre = Theatre(conversation_of(scenario, 3))
    start = scenario.get("start", {})
    theatre.take(Started(start.get("intent"), tuple(start.get("slots", {}).items())))
    for turn in scenario["turns"][: 1 + len(scenario["turns"]) // 2]:
        if "later" in turn:
            break
        play_turn(theatre, turn)
        if theatre.heard.over:
            return
    theatre.heard = Heard()
    theatre.take(InputEnded())
    theatre.pass_time(FAR_S)
    assert theatre.heard.over, f"still there after {FAR_S} s: {theatre.conversation.next_deadline}"
