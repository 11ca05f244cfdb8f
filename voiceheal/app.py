"""The one place where the parts are put together: settings, content, understanding, sessions, ears and mouth."""

from __future__ import annotations

import contextlib
import random
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from . import contents
from .core.controls import PATIENCE, patience_of
from .core.conversation import Conversation
from .core.doubts import meaning_of
from .core.events import Started, Utterance
from .core.meaning import Expect, Meaning
from .core.memory import Memory
from .core.session import Contact, Context
from .errors import VoiceHealError
from .eventlog import EventLog
from .listening import build_ears
from .marks import BREATHING_TOLD, WELCOMED, mark, remember
from .memory.store import NAME, memory_at
from .packs.loader import Pack
from .packs.phrases import Phrasebook
from .sessions import Defaults, build_sessions, first_session, opening_session, own_contacts, safety_session
from .settings import Settings, state_folder, system_region, told_region
from .understanding.engine import Engine
from .understanding.heard import TwoEars
from .understanding.waiting import Waiting

if TYPE_CHECKING:
    from .core.ports import Pcm16, Synthesiser
    from .hearing.ears import Ears
    from .speaking.voice import WorkerVoice


@dataclass(frozen=True)
class App:
    """Everything that does not depend on how a person talks with it."""

    settings: Settings
    pack: Pack
    engine: Engine


def build(settings: Settings, *, strict: bool = False) -> App:
    """Load content and understanding; see `contents.load`.

    Raises:
        ContentError: there is no content for the language, or it is wrong.
    """
    return contents.load(settings, lambda pack: App(settings, pack, Engine(pack)), strict=strict)


def open_memory(settings: Settings) -> Memory:
    """The person's record, or one that lasts for this conversation where nothing is to be kept."""
    if settings.memory == "off":
        return Memory()
    return memory_at(state_folder() / NAME, lambda text: print(f"voiceheal: {text}", file=sys.stderr))


def build_conversation(
    app: App,
    *,
    seed: int | None = None,
    remembers: bool = False,
    memory: Memory | None = None,
    spoken: bool = True,
) -> Conversation:
    """A conversation that has not begun.

    Args:
        seed: makes the choice of words repeatable.
        memory: what is known of the person; None = nothing, and nothing is kept.
        spoken: words come from a recogniser.
        remembers: a person is there, so it counts what was told at an earlier start: who we are, breathing safely.
    """
    rng = random.Random(seed)
    s = app.settings
    kept = memory if memory is not None else Memory()
    region = told_region(s, kept.fact("region"))
    first = remembers and not (state_folder() / WELCOMED).exists()
    context = Context(
        phrases=Phrasebook(app.pack.lines, rng),
        rng=rng,
        name=kept.fact("name_said") or kept.fact("name") or s.name,
        memory=kept,
        region=region or system_region(),
        region_guessed=region is None,
        contacts=(*(Contact(c.name, c.phone) for c in s.contacts), *own_contacts(kept)),
        rate=s.voice.rate,
        volume=s.volume / 100,
        patience=patience_of(s.patience, kept.fact(PATIENCE)),
        breathing_told=remembers and (state_folder() / BREATHING_TOLD).exists(),
    )
    defaults = Defaults(s.breathe.pattern, s.breathe.minutes, s.affirm.minutes, s.bedtime.minutes)
    sessions = build_sessions(app.pack, defaults)
    return Conversation(
        understanding=Waiting(TwoEars(app.engine, spoken=spoken), app.pack),
        sessions=sessions,
        safety=safety_session(app.pack),
        context=context,
        first=first,
        opening=first_session(app.pack, sessions) if first and region is None else opening_session(app.pack, context),
    )


# ---- ears and mouth -------------------------------------------------------------------------------------------------
def build_voice(app: App) -> Synthesiser:
    """The speaking voice, with the cache of the content's own lines.

    Raises:
        VoiceError: no speech engine works.
    """
    import platformdirs

    from .settings import APP
    from .speaking.cache import CachedVoice
    from .speaking.voice import WorkerVoice

    v = app.settings.voice
    worker = WorkerVoice(engine=v.engine, voice=v.name or None, language=app.pack.info.voice_language)
    # a first sentence that has to wait for the engine, or for the tables of sound-alikes, is an answer that comes late
    threading.Thread(target=_warm_up, args=(worker, app.engine), daemon=True, name="warm-up").start()
    return CachedVoice(worker, platformdirs.user_cache_path(APP, appauthor=False) / "speech")


def _warm_up(voice: WorkerVoice, engine: Engine) -> None:
    engine.understand("warm up, if you please")
    engine.mend([("warm up", 1.0)], Expect())
    with contextlib.suppress(VoiceHealError):  # told when something is to be said
        voice.warm_up()


# ---- fronts ---------------------------------------------------------------------------------------------------------
def talk_typed(app: App, started: Started, log: EventLog, *, seed: int | None = None, remembers: bool = True) -> int:
    """A typed conversation; exit status. `remembers`: False leaves nothing behind."""
    from .fronts.typed import run_piped, run_terminal

    memory = open_memory(app.settings)
    if sys.stdin.isatty() and not remembers:
        return run_terminal(build_conversation(app, seed=seed, spoken=False), log, started)
    if sys.stdin.isatty():
        conversation = build_conversation(app, seed=seed, remembers=True, memory=memory, spoken=False)
        mark(WELCOMED)
        try:
            return run_terminal(conversation, log, started)
        finally:
            remember(conversation)
    with contextlib.closing(memory):
        conversation = build_conversation(app, seed=seed, memory=memory, spoken=False)
        return run_piped(conversation, log, started, sys.stdin, sys.stdout)


def talk_file(app: App, started: Started, log: EventLog, source: Path, target: Path, *, seed: int | None = None) -> int:
    """A conversation from a sound file to a sound file; exit status.

    Raises:
        WavError: `source` is no speech. OutputError: `target` cannot be written. ModelError, VoiceError: see there.
    """
    from .audio.wav import WavWriter, read_speech
    from .fronts.wavfile import RATE_OUT, FileSession

    speech = read_speech(source)
    with WavWriter(target, RATE_OUT) as writer:  # first: a file that cannot be written is known before the long part
        ears = build_ears(app)
        voice = build_voice(app)
        try:
            with contextlib.closing(open_memory(app.settings)) as memory:
                conversation = build_conversation(app, seed=seed, memory=memory)
                return FileSession(conversation, ears, voice, log, speech, writer).run(started)
        finally:
            voice.close()


def talk_live(app: App, started: Started, log: EventLog, *, show: bool = False, seed: int | None = None) -> int:
    """A conversation through microphone and loudspeaker; exit status.

    Raises:
        AudioDeviceError: there is no microphone or no loudspeaker, or it cannot be opened.
    """
    from .fronts.voice import run_voice

    conversation = build_conversation(app, seed=seed, remembers=True, memory=open_memory(app.settings))
    try:
        return run_voice(
            conversation,
            lambda gate: build_ears(app, gate),
            lambda: build_voice(app),
            app.settings,
            log,
            started,
            ready=lambda: mark(WELCOMED),
            show=show,
        )
    finally:
        remember(conversation)


# ---- one sentence, one recording ------------------------------------------------------------------------------------
def meaning_fields(meaning: Meaning) -> dict[str, Any]:
    """The JSON fields of docs/interface."""
    return {
        "text": meaning.text,
        "intent": meaning.intent,
        "slots": dict(meaning.slots),
        "stage": meaning.stage,
        "stages": {k: round(v, 4) for k, v in meaning.stages.items()},
        "safety": meaning.safety,
        "confidence": round(meaning.confidence, 4),
    }


def hear_files(app: App, files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """What was said in recordings, a turn at a time, through the live pipeline in audio time.

    Raises:
        WavError: a file is no speech. ModelError: there is no speech model.
    """
    from .audio.wav import read_speech

    recordings = [(path, read_speech(path)) for path in files]  # all are readable before the first is heard
    ears = build_ears(app) if recordings else None
    understanding = TwoEars(app.engine)
    for path, speech in recordings:
        assert ears is not None
        begin = ears.now
        for said in _turns(ears, speech):
            meaning = meaning_of(understanding, said, None)
            yield {
                "file": str(path),
                **meaning_fields(meaning),
                "start_s": round(said.start_s - begin, 3),
                "end_s": round(said.end_s - begin, 3),
                "decided_s": round(said.decided_s - begin, 3),
            }


def _turns(ears: Ears, speech: Pcm16) -> Iterator[Utterance]:
    ears.expect(Expect())
    for at in range(0, len(speech), 512):
        yield from (e for e in ears.feed(speech[at : at + 512]) if isinstance(e, Utterance) and e.text)
    yield from (e for e in ears.flush() if isinstance(e, Utterance) and e.text)


def write_line(out: TextIO, text: str) -> None:
    """One line, at once."""
    out.write(text + "\n")
    out.flush()
