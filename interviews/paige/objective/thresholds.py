"""All numbers that decide how objectives and notes are read. The figures are in
docs/decisions/0051-one-reader-of-objectives.md.
"""

CONFIRMED, CONFIRMED_IF_AVOIDED = 0.4, 0.03
"""The least probability of a topic that phrases ask about, and of one that they avoid. Losing an avoidance is worse
than one too many. Chosen on 1,778 objectives that were no examples."""
SURE = 0.97
"""The least probability of what contradicts the phrases or adds to them. Chosen on the same objectives."""
SAYS_NOTHING = 0.5
"""A sentence without a phrase and a sign is left out if "neither" is at least this probable for each topic. Of readings
next to a neutral sentence, 1.7% change; 7.7% if nothing is left out."""

MAX_PIECES = 160
"""The encoder reads at most this many at once. Longer texts are read in windows: training had none."""
MAX_READ_PIECES = 640
"""Of all sentences, about 2,800 characters: bounds the time. Phrases alone read what follows, and sentences
of more than MAX_PIECES."""

MAX_WORDS_OF_A_REMARK = 8
"""Of a sentence about the one before it, such as "Please do not ask."."""
MAX_DISTANCE_IN_NOTES = 4
"""In words, between a topic and its sign. Notes report much else."""

REMEMBERED_TEXTS = 1024
"""Each GET, turn and keystroke of staff reads the texts again."""
