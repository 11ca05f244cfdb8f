"""The commands on one's own record: history, export, forget."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator

from . import marks
from .errors import UsageError
from .memory.history import as_page, as_text, exported, write_private
from .memory.store import NAME, SqliteStore
from .settings import state_folder
from .tools import settings_of


@contextlib.contextmanager
def _store(args: argparse.Namespace) -> Iterator[SqliteStore]:
    settings_of(args)  # a wrong settings file is told here, too
    store = SqliteStore(state_folder() / NAME)
    try:
        yield store
    finally:
        store.close()


def history(args: argparse.Namespace) -> int:
    """Show the record."""
    with _store(args) as store:
        if args.html is not None:
            write_private(args.html, as_page(store))
            print(f"The page is in {args.html}; it holds your own words.")
        else:
            print("\n".join(as_text(store)))
    return 0


def export(args: argparse.Namespace) -> int:
    """Write everything that is kept into a file."""
    with _store(args) as store:
        if str(args.file) == "-":
            sys.stdout.write(exported(store))
        else:
            write_private(args.file, exported(store))
            print(f"Your record is in {args.file}; it holds your own words.")
    return 0


def forget(args: argparse.Namespace) -> int:
    """Erase the last conversation, or everything."""
    if not (args.last or args.all):
        raise UsageError("forget needs --last or --all.", "Example: voiceheal forget --last")
    with _store(args) as store:
        count = store.forget("all" if args.all else "last")
    if args.all:
        for name in marks.ALL:  # what else an earlier start has left in the folder
            (state_folder() / name).unlink(missing_ok=True)
    what = "Everything is erased" if args.all else "The last conversation is erased"
    print(f"{what}: {count} {'entry' if count == 1 else 'entries'}." if count else "There was nothing to erase.")
    return 0
