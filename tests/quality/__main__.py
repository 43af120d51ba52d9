"""Interviews scripted respondents through the services of the survey page: `python -m tests.quality`.

The exit status is 1 if a target is missed.
"""

import logging
import sys

from tools.harness.orm import set_up_django


def main() -> int:
    set_up_django("sqlite://:memory:", "")
    from django.core.management import call_command

    from tests.quality import report
    from tests.quality.interviews import stored_interview_with
    from tests.quality.respondents import respondents

    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    interviews = [stored_interview_with(respondent) for respondent in respondents()]
    print("\n".join(report.lines(interviews)))
    return 1 if report.missed_targets(interviews) else 0


if __name__ == "__main__":
    sys.exit(main())
