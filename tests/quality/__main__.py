"""Interviews scripted respondents through the services of the survey page: `python -m tests.quality`.

The exit status is 1 if a target is missed. With `--buyer NAME`, prints the dialogue with a scripted buyer instead.
"""

import argparse
import logging
import sys

from tools.harness.orm import set_up_django


def main() -> int:
    parser = argparse.ArgumentParser(description="Interviews scripted respondents and prints how Paige treats them.")
    parser.add_argument("--buyer", help="print the dialogue with this buyer of tests/quality/buyers")
    options = parser.parse_args()
    set_up_django("sqlite://:memory:", "")
    return _print_dialogue(options.buyer) if options.buyer else _print_report()


def _print_dialogue(name: str) -> int:
    from tests.quality.buyer_interviews import by_paige
    from tests.quality.buyers import TUNING, buyers

    known = {buyer.name: buyer for buyer in buyers(TUNING)}
    if name not in known:
        print(f"Unknown buyer. Choose one of {', '.join(known)}.")
        return 2
    print("\n".join(by_paige(known[name]).lines()))
    return 0


def _print_report() -> int:
    from django.core.management import call_command

    from tests.quality import report
    from tests.quality.interviews import stored_interview_with
    from tests.quality.respondents import respondents
    from tests.quality.wording import table

    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    interviews = [stored_interview_with(respondent) for respondent in respondents()]
    print("\n".join([*report.lines(interviews), "", *table.lines()]))
    return 1 if report.missed_targets(interviews) or table.misses_a_target() else 0


if __name__ == "__main__":
    sys.exit(main())
