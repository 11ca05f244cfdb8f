"""Sound devices go by their names: PortAudio's indices change when something is plugged in and are never kept."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from ..errors import AudioDeviceError

Kind = Literal["microphone", "speaker"]

TYPED_HINT = "You can type instead: voiceheal --typed."
STDERR = 2


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone or loudspeaker. One that is both is listed twice.

    Attributes:
        name: as the system calls it; what settings and `--device` take.
        channels: how many it has at most.
        rate: its own sample rate, Hz.
        default: whether the system would take it.
        hostapi: the sound system behind it ("ALSA", "Core Audio", "Windows WASAPI", ...).
    """

    name: str
    kind: Kind
    channels: int
    rate: int
    default: bool
    hostapi: str


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what C libraries print on stderr away: ALSA and JACK complain about everything that is not there."""
    if sys.platform == "win32":
        yield
        return
    sys.stderr.flush()
    try:
        saved = os.dup(STDERR)
    except OSError:  # started without a stderr
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, STDERR)
        os.close(nowhere)
        yield
    finally:
        os.dup2(saved, STDERR)
        os.close(saved)


_HANDLER_TYPE = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)


def _ignore(*_args: object) -> None:
    return


_HANDLER = _HANDLER_TYPE(_ignore)  # kept here: ALSA calls it as long as the process lives


def _silence_alsa() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_HANDLER)


@cache
def portaudio() -> Any:
    """The sounddevice module.

    Raises:
        AudioDeviceError: it or the PortAudio library is not there.
    """
    try:
        with quiet_stderr():
            if sys.platform.startswith("linux"):
                _silence_alsa()
            import sounddevice  # noqa: PLC0415  a machine without PortAudio must still be able to type
    except OSError as e:
        hint = "Install the library libportaudio2 (Debian, Ubuntu) or portaudio (elsewhere)."
        raise AudioDeviceError("The sound library PortAudio is missing.", f"{hint} {TYPED_HINT}") from e
    except ImportError as e:
        raise AudioDeviceError("The Python package sounddevice is missing.", TYPED_HINT) from e
    return sounddevice


def list_devices() -> list[Device]:
    """Every microphone, then every loudspeaker. Empty when the machine has none.

    Raises:
        AudioDeviceError: PortAudio is missing or cannot start.
    """
    return [device for kind in ("microphone", "speaker") for device, _ in _known(kind)]


def find(name: str | None, kind: Kind) -> Device:
    """The device of that name (exact, else a part of it, any case); None or "" is the system's default.

    Raises:
        AudioDeviceError: there is no such device.
    """
    return locate(name, kind)[0]


def locate(name: str | None, kind: Kind) -> tuple[Device, int]:
    """Like `find`, with PortAudio's index of this moment: use it at once and forget it."""
    known = _known(kind)
    if not known:
        raise AudioDeviceError(f"There is no {kind}.", f"Connect one and start again. {TYPED_HINT}")
    if not name:
        return next((found for found in known if found[0].default), known[0])
    matches: list[Callable[[str], bool]] = [
        lambda n: n == name,
        lambda n: n.lower() == name.lower(),
        lambda n: name.lower() in n.lower(),
    ]
    for match in matches:
        for found in known:
            if match(found[0].name):
                return found
    raise AudioDeviceError(f'There is no {kind} called "{name}".', "voiceheal devices lists the ones that are there.")


def refresh() -> None:
    """Make PortAudio look again for devices. Ends every open stream: call it only when there is none."""
    sd = portaudio()
    with quiet_stderr():
        sd._terminate()
        sd._initialize()


def _known(kind: str) -> list[tuple[Device, int]]:
    sd = portaudio()
    try:
        with quiet_stderr():
            infos: list[Mapping[str, Any]] = list(sd.query_devices())
            apis: list[Mapping[str, Any]] = list(sd.query_hostapis())
    except sd.PortAudioError as e:
        raise AudioDeviceError(f"The sound system does not answer: {e}.", TYPED_HINT) from e
    field, side = ("max_input_channels", 0) if kind == "microphone" else ("max_output_channels", 1)
    try:
        default = sd.default.device[side]
    except (sd.PortAudioError, TypeError, IndexError):
        default = -1
    if default < 0:
        name = "default_input_device" if side == 0 else "default_output_device"
        default = next((api[name] for api in apis if api[name] >= 0), -1)
    return [
        (_device(info, "microphone" if side == 0 else "speaker", index == default, apis), index)
        for index, info in enumerate(infos)
        if info[field] > 0
    ]


def _device(info: Mapping[str, Any], kind: Kind, default: bool, apis: list[Mapping[str, Any]]) -> Device:
    channels = info["max_input_channels"] if kind == "microphone" else info["max_output_channels"]
    return Device(
        name=str(info["name"]),
        kind=kind,
        channels=int(channels),
        rate=round(float(info["default_samplerate"])),
        default=default,
        hostapi=str(apis[info["hostapi"]]["name"]),
    )
