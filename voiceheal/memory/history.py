"""The record shown to its owner: as text, as a page that needs nothing else, as a file with everything in it."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.ports import Entry, Store
from ..errors import OutputError

FORMAT = "voiceheal-record"
VERSION = 1
# Sessions and kinds in words; what is not named here is shown by its own name.
NAMES = {
    "check_in": "check-in", "breathe": "breathing", "affirm": "kind words", "bedtime": "bedtime", "step": "step",
    "why_it_hurts": "why it hurts", "reach_out": "reaching out", "stages": "the stages", "later": "to be asked about",
    "thought": "balanced thought", "value": "value", "act": "small act", "journal": "journal", "mood": "number",
    "affirmation": "own affirmation", "dropped": "left out", "contact": "trusted person", "message": "first message",
}  # fmt: skip
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "h2{font-size:1rem;margin:1.5rem 0 .3rem}p{margin:.2rem 0}.t{color:#666;font-variant-numeric:tabular-nums}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}.t{color:#999}}"
)


def rows(entries: Sequence[Entry]) -> list[tuple[str, str, str, str]]:
    """(day, time, what, more) of each entry, oldest first."""
    return [(e.at[:10], e.at[11:16], _what(e), _more(e)) for e in entries]


def _what(e: Entry) -> str:
    if e.kind != "session":
        return NAMES.get(e.kind, e.kind)
    name = e.data.get("name", "")
    number = f" {e.data['number']}" if "number" in e.data else ""
    return NAMES.get(name, name.replace("_", " ")) + number


def _more(e: Entry) -> str:
    """What else there is to say: the words of the person, or how it went."""
    if e.kind == "session":
        parts = [e.data.get("stage", "")]
        parts += [f"before {e.data['before']}"] if "before" in e.data else []
        parts += [f"then {e.data['chose'].replace('_', ' ')}"] if "chose" in e.data else []
        parts += [f"afterwards {e.data['after']}"] if "after" in e.data else []
        parts += [f"({e.data['outcome']})"] if e.data.get("outcome") not in ("completed", None) else []
        return ", ".join(p for p in parts if p)
    if e.kind == "mood":
        return f"{e.data.get('rating', '?')} of 10"
    if e.kind == "contact":
        return f"{e.text} {e.data.get('phone', '')}".strip()
    if e.kind == "thought" and e.data.get("thought"):
        return f"{e.text} (before: {e.data['thought']})"
    return e.text.replace("\n", " / ")


def as_text(store: Store) -> list[str]:
    """Lines to print."""
    entries, facts = store.entries(), store.facts()
    if not entries and not facts:
        return ["Your record is empty."]
    lines = [f"{len({e.talk for e in entries})} conversations, {len(entries)} entries."]
    day = ""
    for its_day, time, what, more in rows(entries):
        if its_day != day:
            lines += ["", its_day]
            day = its_day
        lines.append(f"  {time}  {what}{': ' if more else ''}{more}")
    if facts:
        lines += ["", "about you", *(f"  {key}: {value}" for key, value in facts.items())]
    return lines


def as_page(store: Store) -> str:
    """One HTML page without anything from outside."""
    parts, day = [], ""
    for its_day, time, what, more in rows(store.entries()):
        if its_day != day:
            parts.append(f"<h2>{html.escape(its_day)}</h2>")
            day = its_day
        words = f": {html.escape(more)}" if more else ""
        parts.append(f'<p><span class="t">{html.escape(time)}</span> {html.escape(what)}{words}</p>')
    facts = [f"<p>{html.escape(k)}: {html.escape(v)}</p>" for k, v in store.facts().items()]
    parts += ["<h2>about you</h2>", *facts] if facts else []
    body = "\n".join(parts) or "<p>Your record is empty.</p>"
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>VoiceHeal: your record</title>\n'
        f"<style>{_STYLE}</style>\n<h1>Your record</h1>\n{body}\n</html>\n"
    )


def as_data(store: Store) -> Mapping[str, Any]:
    """Everything, for other programs."""
    fields = ("kind", "text", "data", "at", "talk")
    entries = [{name: getattr(e, name) for name in fields} for e in store.entries()]
    return {"format": FORMAT, "version": VERSION, "facts": dict(store.facts()), "entries": entries}


def write_private(path: Path, text: str) -> None:
    """A file that only its owner can read; what was there before is replaced only by a whole one.

    Raises:
        OutputError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        part.replace(path)
    except OSError as e:
        part.unlink(missing_ok=True)
        raise OutputError(
            f"The file {path} cannot be written: {e.strerror or e}.", "Name a file in a folder that you can write to."
        ) from e


def exported(store: Store) -> str:
    """Everything as JSON."""
    return json.dumps(as_data(store), ensure_ascii=False, indent=2) + "\n"
