"""Tests Paige with a small local model: `python -m tests.model [--turns 3] [--wordings 48]`.

CONTRIBUTING.md, "A real model", says how it is used. The exit status is 1 if too few replies name a move.
"""

import argparse
import os
import signal
import sys

from tests.model.server import ModelServerError, model_server

MODEL = "SmolLM2-135M-Instruct"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description="Tests Paige with a small local model.")
    parser.add_argument("--turns", type=int, choices=range(2, 9), default=8, help="turns of each interview (8)")
    parser.add_argument("--wordings", type=int, default=16, help="number of follow-ups to word (16)")
    parser.add_argument("--only-wordings", action="store_true", help="do nothing else, and print the texts")
    parser.add_argument("--timeout", type=float, default=60, help="PAIGE_TIMEOUT: time limit of a turn in seconds (60)")
    parser.add_argument("--threads", type=int, default=2, help="threads of the model (2)")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with model_server(options.threads) as url:
            set_up_django(url, options.timeout)
            return measure(options)
    except ModelServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def set_up_django(url: str, timeout: float) -> None:
    for name in [name for name in os.environ if name.startswith("PAIGE_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hindsight.settings",
        "HINDSIGHT_ENV": "development",
        "DATABASE_URL": "sqlite://:memory:",
        "LOG_LEVEL": "ERROR",  # invalid replies are counted
        "PAIGE_BASE_URL": url,
        "PAIGE_MODEL": MODEL,
        # Higher than the default, for slow machines.
        "PAIGE_TIMEOUT": str(timeout),
        # Lower than the default: the model has two threads.
        "PAIGE_CONCURRENCY": "2",
    }
    import django

    django.setup()


def measure(options: argparse.Namespace) -> int:
    from tests.model import run  # after django.setup()

    print("\n".join(run.wording_lines(run.wordings(options.wordings), with_texts=options.only_wordings)))
    if options.only_wordings:
        return 0
    asked = run.interviews(options.turns)
    print("\n".join(run.lines(asked)))
    return 1 if run.has_failed(asked) else 0


if __name__ == "__main__":
    sys.exit(main())
