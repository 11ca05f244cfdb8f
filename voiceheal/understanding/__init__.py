"""What a sentence means: words in, `core.meaning.Meaning` out. Pure: no I/O after construction, no state."""
