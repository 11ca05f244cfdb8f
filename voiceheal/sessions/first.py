"""The very first start: hello, one gentle question about the country for the help lines, then what they came for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..core.meaning import Expect, Kind, Meaning
from ..core.session import Answer, Ask, Context, Enter, Flow, Say, Session
from ..packs.helping import Helpline
from ..packs.loader import Pack
from .base import BaseSession, plain_words, says

UNKNOWN = "ZZ"  # what CLDR calls the unknown region: asked, and not known or not listed
ANSWER_S = 20.0
SHORT = 2  # letters; "us" and "uk" are a country only when they are the whole answer


class First(BaseSession):
    """Asks for the country; no answer is fine. Outcome "told" when they told something else that matters more.

    Args:
        check_in: begins a check-in with what was told.
        open_end: nothing else was asked for: end with an open question.
    """

    name = "first"

    def __init__(self, pack: Pack, context: Context, check_in: Callable[[Meaning], Session], open_end: bool) -> None:
        self._pack = pack
        self._context = context
        self._check_in = check_in
        self._open_end = open_end

    def run(self) -> Flow:
        """Hello, the question, thanks."""
        yield Say("first.hello")
        answer = yield Ask("first.region", Expect(Kind.OPEN), silence_s=ANSWER_S)
        regions = self._pack.helplines.regions
        if isinstance(answer, Answer):
            said = answer.meaning
            code = region_in(said.text, regions, self._pack.replies.lives_in)
            self._keep(code)
            if code is None and said.intent in ("feeling", "reframe"):
                yield Enter(self._check_in(said))
                return "told"
            if code is not None:
                yield Say("first.region.known", {"place": regions[code].place})
            else:
                yield Say("first.region.silent" if said.intent == "no" else "first.region.unknown")
        else:
            self._keep(None)
            yield Say("first.region.silent")
        if self._open_end:
            yield Say("first.open")
        return "completed"

    def _keep(self, code: str | None) -> None:
        self._context.region = self._context.region_told = code or UNKNOWN
        self._context.region_guessed = False


def region_in(text: str, regions: Mapping[str, Helpline], lives_in: list[str]) -> str | None:
    """Code of the region that is named in an answer; of several the one somebody lives in, else None."""
    whole = plain_words(text)
    found: dict[str, str] = {}  # way it was said -> code
    for code, region in regions.items():
        for way in map(plain_words, region.spoken):
            if whole == way or (len(way) > SHORT and says(whole, [way])):
                found[way] = code
    # "northern ireland" is not "ireland": what is part of a longer way does not count
    longest = {way: code for way, code in found.items() if not any(way != w and says(w, [way]) for w in found)}
    codes = set(longest.values())
    if len(codes) > 1:
        near = [f"{before} {way}" for before in map(plain_words, lives_in) for way in longest]
        codes = {code for way, code in longest.items() if says(whole, [n for n in near if n.endswith(f" {way}")])}
    return codes.pop() if len(codes) == 1 else None
