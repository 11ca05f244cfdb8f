"""Fronts: each is a pair of ears and a mouth for the same conversation: voice, keyboard, sound file."""
