"""VoiceHeal: a private, offline, hands-free voice companion for a person who has been rejected."""

__version__ = "0.1.0"
