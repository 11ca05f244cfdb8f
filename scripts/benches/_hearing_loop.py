"""A closed loop in audio time: our voice, a room, a person, and the product's own hearing between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import vosk

from voiceheal import app
from voiceheal.audio.resample import to_int16
from voiceheal.core.doubts import meaning_of
from voiceheal.core.events import Utterance
from voiceheal.core.meaning import Expect, Kind, Meaning
from voiceheal.hearing.duplex import Duplex
from voiceheal.hearing.ears import Ears
from voiceheal.hearing.model import find_model, load_model
from voiceheal.listening import build_ears
from voiceheal.understanding.heard import TwoEars

from ._hearing_people import PERSON_RMS, Line
from ._hearing_toy import ToyEars
from ._rooms import RATE, EchoPath, Room, rms, through

Floats = npt.NDArray[np.float64]

BLOCK = 512

AIR = 3e-4  # noise of the room and the microphone, -70 dBFS
DUCK_DB = 12.0
GAP_S = 0.5  # between two of our lines
WINDOW_S = 2.5  # after a command's end in which it must be taken


@dataclass(frozen=True)
class Spoken:
    """Something the person says: what it means, where it begins, its sound in the room, its end in samples."""

    text: str
    intent: str
    start: int
    end: int
    pcm: Floats


@dataclass
class Taken:
    """An utterance that was kept, with its meaning."""

    said: Utterance
    meaning: Meaning
    line: str


def own_stream(lines: Sequence[Line]) -> Iterator[tuple[Floats, str | None]]:
    """Our voice in blocks, with the line that is being said; for ever."""
    rest = np.zeros(0)
    while True:
        for line in lines:
            pcm = np.concatenate([rest, line.pcm])
            full = len(pcm) // BLOCK * BLOCK
            for at in range(0, full, BLOCK):
                yield pcm[at : at + BLOCK], line.text
            rest = np.concatenate([pcm[full:], np.zeros(BLOCK - (len(pcm) - full))])
            yield rest, line.text
            rest = np.zeros(0)
            for _ in range(round(GAP_S * RATE / BLOCK)):
                yield np.zeros(BLOCK), None


def place(
    texts: Sequence[tuple[str, str, Floats]],
    rooms: Sequence[Room],
    every_s: float,
    change_s: float,
    seed: int,
    first_s: float = 8.0,
) -> list[Spoken]:
    """Say these one after another, about `every_s` apart, each in the room of its time."""
    rng, placed, at = np.random.default_rng(seed), [], round(first_s * RATE)
    for text, intent, dry in texts:
        room = rooms[int(at / RATE / change_s) % len(rooms)]
        wet = through(room.person, dry)
        wet *= PERSON_RMS / max(rms(wet), 1e-9)
        direct = int(np.argmax(np.abs(room.person)))
        placed.append(Spoken(text, intent, at + direct, at + direct + len(dry), np.concatenate([np.zeros(0), wet])))
        at += len(dry) + round((every_s + rng.uniform(-1, 1)) * RATE)
    return placed


@dataclass
class Result:
    """What came of a run."""

    seconds: float
    taken: list[Taken] = field(default_factory=list)
    loss_db: list[float] = field(default_factory=list)
    ours: int = 0  # blocks
    voiced: int = 0
    muted: int = 0


def run(
    built: app.App,
    rooms: Sequence[Room],
    lines: Sequence[Line],
    spoken: Sequence[Spoken],
    seconds: float,
    *,
    level_db: float | None,
    duplex: Duplex | None,
    change_s: float = 64.0,
    toy: bool = False,
    jumps: bool = False,
    noise: float = AIR,
    expect: Expect | None = None,
    seed: int = 1,
) -> Result:
    """Let it go on for so many seconds of audio.

    Args:
        level_db: of the echo over the person; None = nothing of us is heard (and nothing said).
        duplex: the product's; None = the bare microphone. toy: the baseline instead of the product's ears.
        jumps: the delay jumps by up to 8 ms at every change of room.
    """
    understanding = TwoEars(built.engine)
    ears = ToyEars(_model(built)) if toy else build_ears(built, duplex if duplex is not None else Always())
    ears.expect(expect or Expect(Kind.COMMAND))
    rng = np.random.default_rng(seed)
    path = EchoPath(rooms[0])
    if level_db is not None:
        path.level = _gain(rooms, lines) * 10 ** (level_db / 20)
    stream = own_stream(lines)
    result = Result(seconds)
    gain, room_now = 1.0, 0
    starts = sorted(spoken, key=lambda s: s.start)
    person = np.zeros(round(seconds * RATE) + 4 * RATE)
    for s in starts:
        begin = s.start - int(np.argmax(np.abs(s.pcm) > 0))
        piece = s.pcm[: max(0, len(person) - begin)]
        person[begin : begin + len(piece)] += piece
    for at in range(0, round(seconds * RATE) - BLOCK, BLOCK):
        room = int(at / RATE / change_s) % len(rooms)
        if room != room_now:
            room_now = room
            path.enter(rooms[room])
            if jumps:
                path.jump(rng.uniform(-0.008, 0.008))
        own, line = next(stream) if level_db is not None else (np.zeros(BLOCK), None)
        wanted = 10 ** (-DUCK_DB / 20) if duplex is not None and duplex.duck else 1.0
        ramp = np.linspace(gain, wanted, BLOCK) if gain != wanted else gain
        gain = wanted
        own = own * ramp
        mic = (path.play(own) if level_db is not None else 0.0) + person[at : at + BLOCK] + rng.normal(0, noise, BLOCK)
        block = to_int16(np.asarray(mic, np.float32))
        ears.set_speaking(line)
        if duplex is not None and isinstance(ears, Ears):
            heard = duplex.hear(block, to_int16(own.astype(np.float32)), ears.hearing)
            ears.set_muted(heard.muted)
            ears.set_echo(heard.echo, ours=heard.ours, likeness=heard.likeness)
            block = heard.block
            result.muted += heard.muted
            result.ours += heard.ours
        for event in ears.feed(block):
            if isinstance(event, Utterance) and event.text:
                meaning = meaning_of(understanding, event, expect)
                result.taken.append(Taken(event, meaning, line or ""))
    return result


def _model(built: app.App) -> vosk.Model:
    return load_model(find_model(built.settings.language, built.settings.model), built.settings.language)


class Always:
    """The microphone may hear us."""

    echo = True


def _gain(rooms: Sequence[Room], lines: Sequence[Line]) -> float:
    """What makes our echo as loud as the person, over all rooms."""
    levels = []
    for room in rooms[:4]:
        path = EchoPath(room)
        dry = np.concatenate([line.pcm for line in lines[:6]])
        dry = dry[: len(dry) // BLOCK * BLOCK]
        levels.append(rms(np.concatenate([path.play(dry[a : a + BLOCK]) for a in range(0, len(dry), BLOCK)])))
    return PERSON_RMS / float(np.mean(levels))


def outcome(result: Result, spoken: Sequence[Spoken]) -> list[tuple[Spoken, Taken | None]]:
    """For each thing said, what was taken within its window: the right intent when there is one."""
    out = []
    for s in spoken:
        begin, end = s.start / RATE, s.end / RATE
        near = [t for t in result.taken if begin < t.said.decided_s <= end + WINDOW_S]
        right = [t for t in near if t.meaning.intent == s.intent]
        out.append((s, right[0] if right else near[0] if near else None))
    return out
