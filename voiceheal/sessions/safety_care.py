"""What the safety lanes share: words never said twice, help where the person is, their own people, short answers."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Literal

from ..core.meaning import Expect, Kind, Meaning
from ..core.session import Answer, Ask, Context, Directive, Outcome, Say, Slots
from ..packs.helping import Helpline
from ..packs.loader import Pack
from .base import says

# What would lead away elsewhere is an answer here: "breathing" is a wish, "forget it" is not the end of it.
HERE = ("stop", "breathe", "reach_out", "check_in")
YES_NO = Expect(Kind.YES_NO, choices=HERE)
OPEN = Expect(Kind.OPEN, choices=HERE)
SURELY = ("template", "grammar")  # a yes or no that was only guessed counts for nothing here
PATIENT_S = 30.0
MOST_CONTACTS = 3  # read out at once
GROUP = 4  # digits in a row that are easily remembered; longer groups are cut into threes

Told = Generator[Directive, Outcome, None]
Reply = Literal[
    "silence",
    "misunderstood",
    "danger",
    "friend",
    "denial",
    "taken_back",
    "risk",
    "stop",
    "yes",
    "fine",
    "no",
    "perhaps",
    "unclear",
]


class Care:
    """One person who may not be safe: what was said to them already, and where they can turn."""

    def __init__(self, pack: Pack, context: Context) -> None:
        self.words = pack.replies
        self.context = context
        self._helplines = pack.helplines
        self._lines_said = {"lines": 0, "abuse": 0}

    # ---- saying things, each in a way not heard yet -----------------------------------------------------------------
    def left(self, line: str) -> bool:
        """Whether there is a way of saying this line that was not heard in this conversation."""
        return self.context.safety_said.get(line, 0) < len(self.context.phrases.variants(line))

    def say(self, line: str, slots: Slots | None = None, *, rate: float = 1.0, private: bool = False) -> Told:
        """Say a line; when all its ways are used up, nothing."""
        if self.left(line):
            self._count(line)
            yield Say(line, slots or {}, rate=rate, private=private)

    def ask(
        self, line: str, expect: Expect = YES_NO, *, silence_s: float = PATIENT_S
    ) -> Generator[Directive, Outcome, Meaning | None]:
        """Ask; when all ways of asking are used up, only show that we listen. None = no answer."""
        asked = line if self.left(line) else "safety.listen"
        self._count(asked)
        outcome = yield Ask(asked, expect, silence_s=silence_s)
        return outcome.meaning if isinstance(outcome, Answer) else None

    def _count(self, line: str) -> None:
        said = self.context.safety_said
        said[line] = said.get(line, 0) + 1

    # ---- where to turn ----------------------------------------------------------------------------------------------
    @property
    def here(self) -> Helpline | None:
        """Help in the person's country; None when it is not known or not listed."""
        regions, code = self._helplines.regions, self.context.region.upper()
        return regions.get(code) or next((r for r in regions.values() if code in r.covers), None)

    def emergency(self) -> Told:
        """The emergency number; none where it might be the wrong one. Never left out, but short when repeated."""
        here, guessed = self.here, self.context.region_guessed
        if here is None:
            line, slots = "safety.emergency.unknown", dict[str, object]()
        elif guessed:
            line, slots = "safety.emergency.guess", {"place": here.place, "number": _number(here)}
        else:
            line, slots = "safety.emergency", {"number": _number(here)}
        if self.left(line):
            yield from self.say(line, slots)
        else:
            yield from self.emergency_brief()

    def emergency_brief(self) -> Told:
        """The same in as few words as can be, as often as it takes."""
        if self.here is None or self.context.region_guessed:
            yield Say("safety.emergency.short")
        else:
            yield Say("safety.danger.brief", {"number": _number(self.here)})

    def helpline(self, kind: Literal["lines", "abuse"] = "lines") -> Told:
        """The next sentence about a line; when all were said, its number alone."""
        here = self.here or self._helplines.elsewhere
        sentences = here.abuse if kind == "abuse" else here.lines
        nth = self.context.safety_said.get(kind, 0)
        if nth < len(sentences):
            self._count(kind)
            guessed = self.here is not None and self.context.region_guessed
            if guessed and self.here is not None and self.left("safety.helpline.guess"):
                place = self.here.place
                yield from self.say("safety.helpline.guess", {"line": sentences[nth], "place": place})
            else:
                yield from self.say("safety.helpline", {"line": sentences[nth]})
        elif self.here is not None and kind == "lines":
            number = next(iter(self.here.numbers.values()))
            yield Say("safety.number", {"number": self._digits(number)})  # a few words, as often as it is asked for
        else:
            yield from self.say("safety.helpline", {"line": sentences[nth % len(sentences)]})

    def contacts(self) -> Told:
        """The people whom the person named for times like this; spoken only, never kept anywhere."""
        for nth, who in enumerate(self.context.contacts[:MOST_CONTACTS]):
            if not who.phone:
                yield from self.say("safety.contact.name", {"name": who.name}, private=True)
                continue
            line = "safety.contact.more" if nth else "safety.contact"
            yield from self.say(line, {"name": who.name, "phone": self._digits(who.phone)}, private=True)

    def _digits(self, number: str) -> str:
        """A number as a voice reads it well: digit by digit, in short groups."""
        groups = re.findall(r"\d+", number)
        short = [
            g[i : i + 3] if len(g) > GROUP else g for g in groups for i in range(0, len(g) if len(g) > GROUP else 1, 3)
        ]
        plus = f"{self._helplines.plus} " if number.strip().startswith("+") else ""
        return plus + ", ".join(" ".join(g) for g in short)

    # ---- what was answered ------------------------------------------------------------------------------------------
    def read(self, said: Meaning | None) -> Reply:
        """What an answer to a question about safety comes to."""
        if said is None:
            return "silence"
        words, text = self.words, said.text
        but, sure = says(text, words.however), said.how in SURELY
        readings: list[tuple[Reply, bool]] = [
            ("misunderstood", says(text, words.misunderstood)),
            ("danger", said.safety == "danger" and not said.unsure),
            ("friend", says(text, words.for_a_friend)),
            ("denial", says(text, words.denial) and not but),
            ("taken_back", says(text, words.taken_back)),
            ("risk", said.safety is not None and not (said.unsure and said.intent == "no" and sure)),
            ("stop", said.intent == "stop" and sure and not says(text, words.company)),
            ("yes", said.intent == "yes" and sure),
            ("fine", says(text, words.safe_now) and not but),
            ("unclear", says(text, words.unsure)),
            ("perhaps", says(text, words.perhaps)),
            ("no", said.intent == "no" and sure and not but),
        ]
        return next((reply for reply, meant in readings if meant), "unclear")

    def attempt(self, text: str) -> bool:
        """Whether something is under way, rather than someone else doing harm to them."""
        words = self.words
        if says(text, words.hurt_by):
            return False
        return says(text, words.attempt) or not says(text, words.someone_else)

    def knows(self, text: str) -> bool:
        """Whether one of the person's own contacts is named."""
        return says(text, (who.name for who in self.context.contacts))


def _number(here: Helpline) -> str:
    return here.emergency_spoken or here.emergency
