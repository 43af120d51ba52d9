"""All numbers that decide how objectives and notes are read: docs/decisions/0051-one-reader-of-objectives.md."""

LEAST = {None: (0.98, 0.8), False: (0.9, 0.6), True: (0.999, 0.05)}
"""The least probabilities that a topic is asked about and that it is avoided: without a phrase, with one that asks
about it, with one that avoids it. They were chosen on 833 objectives that were no examples: 601 right, 79 wrong."""

SAYS_NOTHING = 0.5
"""A sentence without phrase and sign is left out if "neither" is at least so probable for each topic."""

MAX_PIECES = 160
"""The encoder reads at most this many at once. Longer texts are read in windows: training had none."""
MAX_READ_PIECES, MAX_READ_SENTENCES = 480, 120
"""Of all sentences, about 2,100 characters: bounds the time. Phrases alone read what follows, and longer sentences."""
MAX_COMPARED_PIECES = 320
"""To find which clause of a sentence decides, divided by the number of sentences. Otherwise the whole sentence does."""

MAX_WORDS_OF_A_REMARK = 8
"""Of a sentence about the one before it, such as "Please do not ask."."""
MAX_DISTANCE_IN_NOTES = 4
"""In words, between a topic and its sign. Notes report much else."""
REMEMBERED_TEXTS = 1024
"""Each GET, turn and keystroke of staff reads the texts again."""
