"""Sound files, sound devices and the mixer: samples in, samples out, no words and no dialogue."""
