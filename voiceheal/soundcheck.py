"""Tries microphone and loudspeaker together, and says in plain words what is well and what would help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rapidfuzz.distance import LCSseq

from .audio.resample import SPEECH_RATE
from .audio.roomcheck import Echo, Levels, Recording, find_echo, levels, listen
from .audio.streams import BLOCK
from .errors import AudioDeviceError, VoiceHealError
from .runtime import SystemClock
from .settings import Settings

if TYPE_CHECKING:
    from .core.ports import Pcm, Pcm16

Check = tuple[str, bool, str, Mapping[str, float]]  # name, well or not, what is so, figures

MUTED_DB, SOFT_DB = -85.0, -60.0  # a room below is a muted microphone; a voice peaks above
NOISY_DB = -45.0  # a room above costs commands
CLIPPED = 0.0005  # share of samples at full scale that is heard as distortion
LOUD_ECHO_DB = 6.0  # loss below which our own voice drowns the person's
LATE_S = 0.25  # an answer feels slow when the sound system adds more
UNDERSTOOD = 0.7  # share of the words of the test sentence that comes back where all is well
SENTENCE = "doctor.sentence"


def check(settings: Settings) -> Iterator[Check]:
    """What microphone and loudspeaker are like, one thing after the other; plays a tone and a sentence."""
    clock = SystemClock()
    sentence, speech = "", None
    try:
        sentence, speech = _sentence(settings)
        heard = listen(settings.microphone, clock, settings.speaker, speech)
    except VoiceHealError as first:
        try:  # no voice or no loudspeaker: the microphone alone can still be tried
            heard, speech = listen(settings.microphone, clock, None, None), None
        except AudioDeviceError as e:
            yield "microphone", False, str(e), {}
            return
        yield microphone(levels(heard.quiet), None)
        yield "echo", False, f"not tried. {first}", {}
        return
    echo = find_echo(heard.whole, heard.sweep_at)
    yield microphone(levels(heard.quiet), levels(heard.whole) if echo is not None else None)
    yield described(echo)
    if echo is not None:
        yield _understood(settings, sentence, heard)


def microphone(room: Levels, all_of_it: Levels | None) -> Check:
    """The microphone's levels in words: `room` when nobody spoke, `all_of_it` while we played."""
    figures = {"room_db": room.level_db, "floor_db": room.floor_db, "peak_db": room.peak_db, "clipped": room.clipped}
    whole = all_of_it or room
    if all_of_it is not None:
        figures.update(played_peak_db=all_of_it.peak_db, clipped=all_of_it.clipped)
    said = f"room {room.level_db:.0f} dBFS, noise floor {room.floor_db:.0f}, loudest {whole.peak_db:.0f}"
    if whole.clipped > CLIPPED:
        return "microphone", False, f"{said}. It is too loud and clips. Turn the microphone down.", figures
    if room.floor_db < MUTED_DB and whole.peak_db < SOFT_DB:
        return "microphone", False, f"{said}. That is nearly nothing. See whether it is muted.", figures
    if room.floor_db > NOISY_DB:
        return "microphone", False, f"{said}. The room is loud. Move closer, or away from fans and music.", figures
    return "microphone", True, f"gives sound: {said}", figures


def described(echo: Echo | None) -> Check:
    """The echo in words."""
    if echo is None:
        return "echo", True, "the microphone does not hear the loudspeaker: you can talk over it", {}
    figures = {"delay_ms": echo.delay_s * 1000, "round_trip_ms": echo.delay_s * 1000, "loss_db": echo.loss_db}
    said = f"the loudspeaker comes back after {echo.delay_s * 1000:.0f} ms, {echo.loss_db:.0f} dB quieter"
    if echo.loss_db < LOUD_ECHO_DB:
        return "echo", False, f"{said}. That is loud. Turn the loudspeaker down, or use headphones.", figures
    if echo.delay_s > LATE_S:
        return "echo", False, f"{said}. That is late. Wireless sound is often slow; a cable helps.", figures
    return "echo", True, said, figures


def _sentence(settings: Settings) -> tuple[str, tuple[Pcm, int]]:
    from . import app

    built = app.build(settings)
    text = built.pack.lines[SENTENCE][0]
    voice = app.build_voice(built)
    try:
        return text, (voice.render(text, 1.0), voice.sample_rate)
    finally:
        voice.close()


def _understood(settings: Settings, text: str, heard: Recording) -> Check:
    """How much of the test sentence comes back as words, through loudspeaker, room and microphone."""
    try:
        got = _transcript(settings, heard.whole[max(0, round((heard.speech_at - 0.2) * SPEECH_RATE)) :])
    except VoiceHealError as e:
        return "hearing", False, f"not tried. {e}", {}
    share = came_back(text, got)
    said = f"of a spoken test sentence {share:.0%} of the words came back"
    if share < UNDERSTOOD:
        return "hearing", False, f"{said}. A quieter room or a closer microphone helps.", {"words": share}
    return "hearing", True, said, {"words": share}


def came_back(text: str, got: str) -> float:
    """Share of the words of `text` that are in `got`, in their order."""
    from .understanding.normalise import normalise

    said, heard = normalise(text).split(), normalise(got).split()
    return LCSseq.similarity(said, heard) / max(1, len(said))


def _transcript(settings: Settings, pcm: Pcm16) -> str:
    from .hearing.model import find_model, load_model
    from .hearing.recogniser import VoskRecogniser

    recogniser = VoskRecogniser(load_model(find_model(settings.language, settings.model), settings.language))
    for at in range(0, len(pcm), BLOCK):
        recogniser.accept(pcm[at : at + BLOCK])
    return next(iter(recogniser.final()), ("", 0.0))[0]
