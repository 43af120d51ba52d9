"""All numbers that decide what is read, each with the lines on which it was chosen."""

ASKED, AVOIDED = 0.75, 0.75
"""Of 352 objectives for nine guides of others (development): 170 right, 32 wrong, 4 turned round. With 0.5: 196 right,
73 wrong, 17 turned round. A topic that is asked about wrongly costs the contact's time; one that is missed is asked
anyway.
"""
AVOIDED_BY_NOTES = 0.97
"""The notes on the scripted buyers have 165 sentences, which avoid nothing. With 0.75, five of them avoided a topic,
such as "outcome: no decision"; with 0.97, none does. Of 12 sentences that say not to ask about a topic, 10 were read
with 0.75, and 7 are with 0.97. A topic that is avoided wrongly is never asked about.
"""
SUBJECT = 0.5
SPEAKS = 0.7
DECISIVE = 0.5
ACT = 0.5
STATES = 0.5
TOLD = 0.4
"""Of 14 interviews (development): of 211 statements for or against, 67 found, 31% of the shown wrong (SPEAKS); 34 of
50 answers with acts right, 2 of 80 innocent ones misread (ACT at 0.4); topics told, F1 0.88 (TOLD). No page shows
these yet.
"""
