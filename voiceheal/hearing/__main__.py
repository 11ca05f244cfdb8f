"""`python -m voiceheal.hearing`: find the speech model or install it, and print its folder (used by scripts/setup)."""

from __future__ import annotations

import sys

from ..errors import VoiceHealError
from .model import ensure_model


def main() -> int:
    """Exit status 0 and the folder on stdout, or 1 and a sentence on stderr, or 130 when interrupted."""
    try:
        folder = ensure_model(lambda line: print(f"    {line}", file=sys.stderr, flush=True))
    except VoiceHealError as e:
        print(f"voiceheal: {e}", file=sys.stderr)
        return e.exit_status
    except KeyboardInterrupt:
        return 130
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
