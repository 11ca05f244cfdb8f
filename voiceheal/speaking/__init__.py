"""Words to sound: the voice in its worker process, the cache of fixed lines, the cue tones."""
