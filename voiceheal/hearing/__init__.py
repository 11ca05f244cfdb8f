"""From sound to words: the speech model, the recognisers, and when a person has finished."""
