"""The shape of listening.yaml: how the check-in takes up what somebody tells; without the file it does so less well."""

from __future__ import annotations

from .base import Strict, Text, Topic, Variants


class Listening(Strict):
    """listening.yaml: words found in a long answer.

    topics: what kind of loss it is; templates are plain phrases, found as whole words.
    mirror: the person's words -> said back to them ("my" -> "your"); longer phrases win.
    clause_ends: words that begin a new thought ("and", "because"): a clause is said back, not the whole answer.
    actors: who did something ("he", "my boss"): a clause with one in it tells what happened.
    not_mirrored: words that are not said back: harsh words about oneself, swear words, secrets.
    openers: words to begin an answer with, left out when it is put into a sentence ("well", "i think that").
    sticks: words that do not stand without what is before them ("could not get up").
    small: words without much meaning, left out when two thoughts are compared.
    """

    topics: dict[Topic, Variants] = {}
    mirror: dict[Text, Text] = {}
    clause_ends: list[Text] = []
    actors: list[Text] = []
    not_mirrored: list[Text] = []
    openers: list[Text] = []
    sticks: list[Text] = []
    small: list[Text] = []
