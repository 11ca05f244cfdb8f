"""Which content is used: the built-in pack of the language, with the person's own folder laid over it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from .errors import ContentError
from .packs.loader import Pack, find_pack, load_pack
from .settings import Settings, content_home

T = TypeVar("T")


def load(settings: Settings, make: Callable[[Pack], T], *, strict: bool = False) -> T:
    """What `make` makes of the pack in use.

    Args:
        settings: language. make: may find faults of its own, in templates. strict: also the person's own content must
            be right; else it is left out, with a word on stderr: company at night does not hang on a slip in a file.

    Raises:
        ContentError: there is no content for the language, or it is wrong.
    """
    folder, mine = layers(settings.language)
    try:
        return make(load_pack(folder, mine))
    except ContentError as e:
        if mine is None or strict:
            raise
        print(f"voiceheal: Your own content is left out, since something is wrong in it:\n{e}", file=sys.stderr)
        return make(load_pack(folder))


def layers(language: str) -> tuple[Path, Path | None]:
    """Folder of the pack for a language, and the person's own one over it when there is one.

    Raises:
        ContentError: there is no pack for the language.
    """
    folder = find_pack(language, content_home())
    mine = content_home() / language
    return folder, mine if mine.is_dir() and mine != folder else None
