"""The shape of helplines.yaml: where to turn, by country; where no country is known, without a number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .schema import Strict, Text, Variants


class Helpline(Strict):
    """Where to turn in one country; `checked`: when the numbers were last checked, `source`: who published them."""

    country: Text
    place: Text  # the country as it is named in a sentence: "the Netherlands"
    spoken: Variants  # how people say that they are there; a word of one or two letters only as the whole answer
    covers: list[Text] = []  # codes of countries without an entry of their own that this one is right for
    emergency: Text  # digits
    emergency_spoken: Text | None = None  # the same, written so that a voice reads it well: "9 1 1"
    lines: Variants  # spoken sentences naming a line and its number in words or digits
    abuse: list[Text] = []  # the same for people who are hurt or threatened by someone
    numbers: Annotated[dict[Text, Text], Field(min_length=1)]  # name of a line -> its number in digits, main one first
    source: Text
    checked: Text
    note: Text | None = None  # what could not be checked, and how the rest was


class Elsewhere(Strict):
    """Where to turn when the country is not known or not listed: no number, since it might be the wrong one."""

    lines: Variants
    abuse: Variants
    source: Text
    checked: Text
    note: Text | None = None


class Helplines(Strict):
    """helplines.yaml: region code -> help there. `plus`: how the sign before a country code is said."""

    plus: Text
    regions: Annotated[dict[Text, Helpline], Field(min_length=1)]
    elsewhere: Elsewhere
