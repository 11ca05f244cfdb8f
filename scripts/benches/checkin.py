"""Whole check-ins by voice, from WAV file to WAV file: the share that ends at something that fits what was told.

A conversation is built turn by turn: the recording so far is played, the events tell which question is open and when it
was asked in full, and the answer to it is put there. `--seed` keeps the product's words the same from pass to pass.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from tests.rig import people, sound
from tests.rig.product import EventLine, Product, matching, read_events
from voiceheal.packs.loader import Pack, find_pack, load_pack

from ._common import product_in, table, workshop

ANSWER_AFTER_S = 1.2
MOST_TURNS = 7
GOAL = ">= 90 %"


@dataclass(frozen=True)
class Story:
    """What somebody tells, more when asked for it, and what is strongest in it."""

    stage: str
    name: str  # how they would call the feeling
    told: str
    more: str


UNDO = "the wish to undo it"
STORIES = (  # one of each stage, then another
    Story("denial", "shock", "my husband told me on monday that he is leaving and i keep thinking it is not real",
          "i feel numb and i can't believe that it happened"),
    Story("anger", "anger", "my boss gave the job to his nephew and i am so angry that i could scream",
          "i am furious with all of them"),
    Story("bargaining", UNDO, "i keep writing messages to my girlfriend so that she comes back to me",
          "if only i had done it differently she would still be here"),
    Story("sadness", "sadness", "he left me three weeks ago and i miss him so much that i cry every night",
          "i feel so sad and empty"),
    Story("acceptance", "acceptance", "the job went to somebody else and i have made my peace with it",
          "i am ready to move on"),
    Story("denial", "shock", "they said i did not get the place and i keep checking the list it must be a mistake",
          "it does not feel real to me"),
    Story("anger", "anger", "my best friend told everybody my secret and now i am so mad at her",
          "i am really angry about how she treated me"),
    Story("bargaining", UNDO, "i keep thinking that if i had practised more the orchestra would have taken me",
          "maybe if i ask them again they change their mind"),
    Story("sadness", "sadness", "my family did not invite me for christmas and it breaks my heart",
          "i feel lonely and unwanted"),
    Story("acceptance", "acceptance", "we broke up in spring and i am okay with it now and looking forward again",
          "i have come to terms with it"),
)  # fmt: skip
ANSWERS = {
    "checkin.fits": "yes that fits", "checkin.either": "more {name}", "checkin.number": "a four i think",
    "checkin.offer": "the first one please", "checkin.which": "the first one please", "checkin.open": "{told}",
    "checkin.more": "{more}", "checkin.ask_feeling": "{more}", "checkin.not_fit": "{more}",
}  # fmt: skip


def reply_to(line: str, story: Story) -> str | None:
    """What this person says to a question; None where it is not answered any more."""
    for start, words in ANSWERS.items():
        if line.startswith(start) and not line.endswith(("thanks", "offered")):
            return words.format(name=story.name, told=story.told, more=story.more)
    return None


def talk(product: Product, folder: Path, story: Story, voice: str, opening: list[EventLine]) -> list[EventLine]:
    """One check-in; the events of its last pass. `opening`: those before anything is said, the same each time."""
    said: list[tuple[float, str]] = []  # (when, words)
    events = opening
    for _ in range(MOST_TURNS):
        after = said[-1][0] if said else 0.0
        asked = next(
            ((at, words) for line, at in questions(events) if at > after and (words := reply_to(line, story))), None
        )
        if asked is None:
            break
        said.append((asked[0] + ANSWER_AFTER_S, asked[1]))
        events = passed(product, folder, said, voice)
    return events


def passed(product: Product, folder: Path, said: list[tuple[float, str]], voice: str) -> list[EventLine]:
    """The events of one pass."""
    wav, out, log = folder / "in.wav", folder / "out.wav", folder / "events.jsonl"
    record(said, voice, wav)
    run = product.run("checkin", "--seed", "7", "--input", wav, "--output", out, "--events", log, timeout_s=300)
    if run.status:
        raise SystemExit(f"the product failed: {run.err}")
    return read_events(log)


def questions(events: list[EventLine]) -> list[tuple[str, float]]:
    """(line, when it had been said) of every line."""
    names = {e["id"]: e["line"] for e in matching(events, "say_start")}
    return [(names[e["id"]], e["t"]) for e in matching(events, "say_end", completed=True) if e["id"] in names]


def record(said: list[tuple[float, str]], voice: str, path: Path) -> None:
    """The person's side so far, each sentence at its time; quiet at first, so that the first question is heard."""
    parts: list[people.ScriptPart] = []
    now = 0.0
    for at, words in said:
        spoken = people.spoken(words, voice)
        parts += [max(0.05, at - now), (words, voice)]
        now = max(now, at) + len(spoken) / sound.RATE
    parts.append(2.5 if said else 1.0)
    people.script_wav(parts, path, air=12.0)


def judged(events: list[EventLine], story: Story, pack: Pack) -> tuple[bool, str]:
    """Whether it ended at something that fits, and what came of it."""
    lines = [e["line"] for e in matching(events, "say_start")]
    heard = [line.split(".")[1] for line in lines if line.startswith("stage.") and "explanation" in line]
    inner = [e["session"] for e in matching(events, "session_start") if e["session"] != "check_in"]
    step = next((line.split(".")[1] for line in lines if line.startswith("step.") and line.endswith(".about")), None)
    way = f"step {step}" if inner[:1] == ["step"] else (inner or ["nothing"])[0]
    numbers = {s.id: s.number for s in pack.steps.values()}
    fitting = {(o.intent, o.slots.get("number")) for o in pack.stages[story.stage].offers}
    fits = bool(inner) and ((inner[0], numbers.get(step or "") if inner[0] == "step" else None) in fitting)
    ended = [e["outcome"] for e in matching(events, "session_end", session="check_in")]
    whole = ended == ["completed"]
    return fits and whole and heard[:1] == [story.stage], f"{(heard or ['-'])[0]}, {way}, {(ended or ['cut'])[0]}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench checkin")
    parser.add_argument("--voices", nargs="*", default=list(people.FLITE_VOICES))
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="so many of them, spread over all (0: all)")
    args = parser.parse_args()
    pairs = [
        (voice, *story)
        for n, voice in enumerate(args.voices)
        for story in sorted(enumerate(STORIES, 1), key=lambda s: (s[0] + n) % len(STORIES))  # noqa: B023
    ]
    if args.sample:
        pairs = [pairs[n * len(pairs) // args.sample] for n in range(args.sample)]
    pack = load_pack(find_pack("en"))
    rows: list[tuple[str, str]] = []
    good: dict[str, list[bool]] = {}
    with workshop() as folder:
        product = product_in(folder)
        opening = passed(product, folder, [], args.voices[0])
        for voice, number, story in pairs:
            right, what = judged(talk(product, folder, story, voice, opening), story, pack)
            for group in (voice, story.stage, "all"):
                good.setdefault(group, []).append(right)
            print(f"  {voice} {number} {story.stage}: {'fits' if right else 'MISSED'} ({what})", flush=True)
    for name, several in good.items():
        rows.append((name, f"{sum(several)} of {len(several)} = {100 * sum(several) / len(several):.0f} %"))
    table("check-ins by voice that end at something fitting", [*rows, ("goal", GOAL)])


if __name__ == "__main__":
    main()
