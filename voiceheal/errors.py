"""One tree of errors: each has a stable code, says what is wrong, and what to do next.

Errors are raised anywhere and caught at the borders only (the command line, a thread, the voice worker).
"""

from __future__ import annotations


class VoiceHealError(Exception):
    """Base of every error a person may see.

    Args:
        message: what is wrong, one short sentence.
        hint: what the person can do next, one short sentence ("" when there is nothing to do).
    """

    code = "error"
    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class AudioDeviceError(VoiceHealError):
    """No microphone or speaker, or it is busy, refused or gone."""

    code = "audio-device"


class WavError(VoiceHealError):
    """A sound file cannot be read as speech."""

    code = "wav"


class OutputError(VoiceHealError):
    """A file cannot be written (no such folder, no permission, disk full)."""

    code = "output"


class ContentError(VoiceHealError):
    """A content pack is missing or wrong; the message names file, line and key."""

    code = "content"


class SettingsError(VoiceHealError):
    """The settings file is wrong; the message names file, line and key."""

    code = "settings"


class ModelError(VoiceHealError):
    """The speech model is missing, incomplete or not a model."""

    code = "model"


class VoiceError(VoiceHealError):
    """The speaking voice cannot be started or has died."""

    code = "voice"


class StoreError(VoiceHealError):
    """The person's own record cannot be read or written; what is in it stays as it was."""

    code = "store"


class UsageError(VoiceHealError):
    """The command was called in a way it does not understand."""

    code = "usage"
    exit_status = 2
