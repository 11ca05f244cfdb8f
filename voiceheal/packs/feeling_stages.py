"""The shape of stages.yaml: words for the five emotional stages, general ones and ones for a certain kind of loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from .base import StageId, Strict, Text, Topic, Variants

MOST_OFFERS = 3  # read out at once


class Tagged(Strict):
    """Words for certain topics only: said when the person's loss is one of them."""

    topics: Annotated[list[Topic], Field(min_length=1)]
    say: Variants


class Offer(Strict):
    """A way to go on that is offered after a feeling: an intent with its slots, and how it is offered aloud."""

    intent: Text
    slots: dict[str, str | int | float] = {}
    spoken: Text  # noun phrase that fits after "we could do": "a few minutes of slow breathing"
    keywords: list[Text] = []  # words by which the person may choose it ("breathing", "the breathing one")
    reason: Text | None = None  # a sentence that says why it may help now: "A long out-breath takes the edge off."
    topics: list[Topic] = []  # offered for these losses only; empty = for all


class Stage(Strict):
    """One of the five emotional stages: what is strongest right now, never a place in an order.

    Reflections and explanations are texts (for any loss) or `{topics, say}` (for some); both kinds count.
    """

    id: StageId
    name: Text  # noun for it, fits in "it sounds like {name}"
    reflections: list[Text | Tagged]
    explanations: list[Text | Tagged]
    offers: list[Offer]

    @model_validator(mode="after")
    def _enough(self) -> Stage:
        for key, least in (("reflections", 8), ("explanations", 4)):
            general = [r for r in getattr(self, key) if isinstance(r, str)]
            if len(general) < least:
                raise ValueError(f"{key}: at least {least} for any loss are needed, there are {len(general)}")
        if len([o for o in self.offers if not o.topics]) < MOST_OFFERS or len(self.offers) < MOST_OFFERS + 1:
            raise ValueError("offers: at least 4 are needed, 3 of them for any loss")
        return self

    def lines(self) -> Iterator[tuple[str, list[str]]]:
        """Line id -> variants: `stage.anger.reflection` for any loss, `stage.anger.reflection.job` for that one."""
        for kind, items in (("reflection", self.reflections), ("explanation", self.explanations)):
            by_topic: dict[str, list[str]] = {}
            for item in items:
                for topic in ("",) if isinstance(item, str) else item.topics:
                    by_topic.setdefault(topic, []).extend([item] if isinstance(item, str) else item.say)
            for topic, variants in by_topic.items():
                yield f"stage.{self.id}.{kind}{'.' if topic else ''}{topic}", variants


class Stages(Strict):
    """stages.yaml: the five stages."""

    stages: list[Stage]

    @model_validator(mode="after")
    def _five(self) -> Stages:
        if sorted(s.id for s in self.stages) != ["acceptance", "anger", "bargaining", "denial", "sadness"]:
            raise ValueError("there must be exactly the five stages denial, anger, bargaining, sadness, acceptance")
        return self
