"""What all content models are made of: no unknown keys, texts that are not empty, names that are fixed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Variants = Annotated[list[Text], Field(min_length=1)]
StageId = Literal["denial", "anger", "bargaining", "sadness", "acceptance"]
Topic = Literal["romance", "job", "friends", "family", "school", "creative", "online"]


class Strict(BaseModel):
    """No unknown keys, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
