"""Settings: one YAML file in the platform's configuration folder; every key is checked, none is needed."""

from __future__ import annotations

import locale
import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field

from .errors import SettingsError
from .packs.yamlfile import read_yaml

APP = "voiceheal"
REGION = "region"  # file in the state folder: the country named at the first start, two letters
HINT = "Correct the file, or move it away to start with the defaults. The keys are listed in docs/settings.md."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VoiceSettings(_Strict):
    """How VoiceHeal speaks."""

    engine: Literal["auto", "festival", "espeak", "sapi5", "nsss"] = Field(
        default="auto", description="speech engine; auto takes the clearest one that is installed"
    )
    name: str = Field(default="", description="name of one of the engine's voices; empty = the engine's own choice")
    rate: float = Field(default=1.0, ge=0.5, le=2.0, description="speed of speech, 1.0 = normal")


class BreatheSettings(_Strict):
    """Guided breathing when nothing else is said."""

    pattern: str = Field(default="coherent", description="pattern: coherent, extended, box, 478 or sigh")
    minutes: float = Field(default=5.0, gt=0, le=60, description="length in minutes")


class AffirmSettings(_Strict):
    """Affirmations by day."""

    minutes: float = Field(default=3.0, gt=0, le=180, description="length in minutes")


class BedtimeSettings(_Strict):
    """Affirmations at bedtime."""

    minutes: float = Field(default=15.0, gt=0, le=180, description="length in minutes, with the fade at the end")


class ContactSettings(_Strict):
    """Someone to be reminded of when it gets dark."""

    name: str = Field(min_length=1, max_length=60, description="what you call them")
    phone: str = Field(pattern=r"^\+?[0-9][0-9 ()/.-]{1,28}$", description="their number")


class Settings(_Strict):
    """All settings."""

    language: str = Field(default="en", min_length=2, description="language of the content pack")
    name: str = Field(default="", max_length=60, description="what to call you; empty = what you told it")
    memory: Literal["on", "off"] = Field(
        default="on", description="keep a record of your own on this machine; off = forget all when a talk ends"
    )
    region: str = Field(
        default="",
        max_length=2,
        description="two-letter country for help lines, such as US, GB, DE; empty = what you said at the first start",
    )
    contacts: tuple[ContactSettings, ...] = Field(
        default=(), max_length=5, description="people to name first when you may not be safe, each with name and phone"
    )
    volume: int = Field(default=80, ge=0, le=100, description="loudness in percent")
    model: Path | None = Field(default=None, description="folder of the speech model; empty = found by itself")
    microphone: str | None = Field(
        default=None, description="name of the microphone, or a part of it; empty = the system's"
    )
    speaker: str | None = Field(
        default=None, description="name of the loudspeaker, or a part of it; empty = the system's"
    )
    barge_in: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="listen while speaking: auto once its own voice can be taken out, on at once, off never",
    )
    patience: float = Field(default=1.0, ge=0.5, le=4.0, description="how long a pause may last; 2.0 for slow speakers")
    voice: VoiceSettings = VoiceSettings()
    breathe: BreatheSettings = BreatheSettings()
    affirm: AffirmSettings = AffirmSettings()
    bedtime: BedtimeSettings = BedtimeSettings()


def settings_path() -> Path:
    """Where the settings are read from when no file is named."""
    told = os.environ.get("VOICEHEAL_HOME")
    folder = Path(told) if told else platformdirs.user_config_path(APP, appauthor=False)
    return folder / "settings.yaml"


def state_folder() -> Path:
    """Where VoiceHeal keeps the record, that it has been started before, and the country for help lines."""
    told = os.environ.get("VOICEHEAL_HOME")
    return Path(told) if told else platformdirs.user_data_path(APP, appauthor=False)


def content_home() -> Path:
    """The person's own content: a folder for each language, laid over the built-in one."""
    return state_folder() / "content"


def load_settings(path: Path | None = None) -> Settings:
    """The settings in `path`, or in the usual place; the defaults when that file does not exist.

    Raises:
        SettingsError: the named file is missing, or a file is wrong; names file, line and key.
    """
    if path is None:
        path = settings_path()
        if not path.exists():
            return Settings()
    return read_yaml(path, Settings, error=SettingsError, hint=HINT)


def told_region(settings: Settings, said: str = "") -> str | None:
    """Two-letter country that the person named: the setting, what was said later, the answer at the first start."""
    if settings.region or said:
        return (settings.region or said).upper()
    try:
        kept = (state_folder() / REGION).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return kept.upper() if len(kept) == 2 and kept.isalpha() else None  # noqa: PLR2004  two letters


def system_region() -> str:
    """Two-letter country of the system's language, which is a guess; "" = none."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if "_" in value:
            return value.split("_")[1][:2].upper()
    try:
        spoken = locale.getlocale()[0] or ""
    except ValueError:
        return ""
    return spoken.split("_")[1][:2].upper() if "_" in spoken else ""
