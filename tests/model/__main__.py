"""Tests Paige with a small local model: `python -m tests.model [--turns 3] [--attacks 24]`. See docs/model.md.

The exit status is 1 if too few replies name a move, or if a turn exceeds its time limit.
"""

import argparse
import os
import signal
import sys
from typing import TYPE_CHECKING

from tests.model.server import ModelServerError, model_server

if TYPE_CHECKING:
    from tests.model.report import Measured

MODEL = "SmolLM2-135M-Instruct"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description="Tests Paige with a small local model.")
    parser.add_argument(
        "--turns", type=int, choices=range(2, 5), default=4, help="turns of each scripted interview (4)"
    )
    parser.add_argument("--attacks", type=int, default=24, help="number of attacks, at most 24 (24)")
    parser.add_argument("--wordings", type=int, default=16, help="number of follow-ups to word (16)")
    parser.add_argument("--only-wordings", action="store_true", help="do nothing else, and print the texts")
    parser.add_argument("--timeout", type=float, default=60, help="PAIGE_TIMEOUT: time limit of a turn in seconds (60)")
    parser.add_argument("--threads", type=int, default=2, help="threads of the model (2)")
    parser.add_argument("--no-schema", action="store_true", help="do not send a JSON schema")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with model_server(options.threads) as url:
            set_up_django(url, options.timeout)
            print("\n".join(word(options)))
            if options.only_wordings:
                return 0
            measured = measure(options)
    except ModelServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    print("\n".join(measured.lines()))
    return 1 if measured.failures() else 0


def set_up_django(url: str, timeout: float) -> None:
    for name in [name for name in os.environ if name.startswith("PAIGE_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hindsight.settings",
        "HINDSIGHT_ENV": "development",
        "DATABASE_URL": "sqlite://:memory:",
        "LOG_LEVEL": "ERROR",  # invalid replies are counted by the report
        "PAIGE_BASE_URL": url,
        "PAIGE_MODEL": MODEL,
        # Higher than the default, for slow machines.
        "PAIGE_TIMEOUT": str(timeout),
        # Lower than the default: the model has two threads.
        "PAIGE_CONCURRENCY": "2",
    }
    import django

    django.setup()


def word(options: argparse.Namespace) -> list[str]:
    from interviews.paige.engines import writer  # after django.setup()
    from interviews.paige.model.provider import Provider
    from tests.model import wordings

    configured = writer()
    assert configured
    assert isinstance(configured.provider, Provider)
    worded = wordings.word(configured.provider, options.wordings)
    return list(wordings.lines(worded, with_texts=options.only_wordings))


def measure(options: argparse.Namespace) -> "Measured":
    from tests.model import run  # after django.setup()

    return run.measure(turns=options.turns, attacks=options.attacks, has_schema=not options.no_schema)


if __name__ == "__main__":
    sys.exit(main())
