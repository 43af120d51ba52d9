"""Prints how the reader reads the labels: `python -m tools.reader [held-back]`.

It scores what training never has: the lines for development and the natural mix of objectives; with `held-back`, the
authors that nobody tunes on.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence

import django

os.environ.setdefault("HINDSIGHT_ENV", "development")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
django.setup()

from tools.reader import measures  # noqa: E402  # needs the apps
from tools.reader.labels import BUYER, EDITED, Interview, Objective, interviews, objectives  # noqa: E402
from tools.reader.measures import f1, share  # noqa: E402

NEUTRAL, TIMED = 200, 60
"""About how many objectives get neutral sentences, and how many are timed."""


def main(*, held_back: bool) -> None:
    use = "is_held_back" if held_back else "is_for_development"
    lines = [each for each in objectives() if getattr(each, use)]
    chosen = [each for each in interviews() if getattr(each, use)]
    print("| what | read |\n|:-|:-|")
    if not held_back:
        print_cpu(natural_mix(), chosen)
        print_natural_mix(natural_mix())
    for name, line in table(lines, chosen):
        row(name, line)


def table(lines: Sequence[Objective], chosen: Sequence[Interview]) -> Iterator[tuple[str, str]]:
    yield from of_objectives(lines)
    yield "subjects of objectives", counted(measures.subjects_read(lines), "found/labelled", "invented/read")
    yield from of_answers(chosen)


def natural_mix() -> list[Objective]:
    return [each for each in objectives() if each.is_of_natural_mix]


def print_cpu(mix: Sequence[Objective], chosen: Sequence[Interview]) -> None:
    timed = measures.cpu_of_an_objective(mix[:: len(mix) // TIMED]), measures.cpu_of_an_answer(chosen)
    for name, seconds in zip(("an objective", f"an answer of {measures.WORDS} words"), timed, strict=True):
        row(f"CPU of {name}", f"{1000 * seconds:.0f} ms")


def print_natural_mix(mix: Sequence[Objective]) -> None:
    row("objectives, shipped guide, natural mix", objectives_line(mix))
    row("a third of them, every topic in other words", objectives_line(mix[::3], EDITED))
    changed = measures.readings_changed(mix[:: len(mix) // NEUTRAL])
    row("readings that a neutral sentence changes", counted(changed, "changed/read"))
    row("sentences alone", counted(measures.sentences_read(), "lost/statements", "taken for statements/others"))


def of_objectives(lines: Sequence[Objective]) -> Iterator[tuple[str, str]]:
    for name, is_shipped in {"shipped guide": True, "guides of others": False}.items():
        if own := [each for each in lines if (each.guide == BUYER) == is_shipped]:
            yield f"objectives, {name}", objectives_line(own)


def objectives_line(lines: Sequence[Objective], guide: str = "") -> str:
    pairs = "right/lines", "wrong", "missed", "turned round", "avoidances missed/avoidances"
    return counted(measures.objectives_read(lines, guide), *pairs)


def of_answers(chosen: Sequence[Interview]) -> Iterator[tuple[str, str]]:
    answers = [*measures.answers_of(chosen)]
    counts = measures.drivers_shown(answers)
    pairs = "found/labelled", "decisive found/decisive", "right/shown", "turned", "invented"
    yield "drivers with their direction", counted(counts, *pairs)
    yield "called decisive", counted(counts, "called decisive/all decisive", "rightly called/called")
    acts = "right/with acts", "passed over", "misread/innocent"
    yield "acts, by answer", counted(measures.acts_read(answers), *acts)
    told, cuts = measures.topics_told(answers), measures.cuts_read(answers)
    for name, each in {"topics told, by answer": told, "beginnings of clauses": cuts}.items():
        yield f"{name}: F1 {f1(each):.3f}", counted(each, "found/labelled", "found/read")


def counted(counts: Counter[str], *pairs: str) -> str:
    """`pairs`: "part/whole", names of counts. A part without a whole is compared with the last whole before it."""
    texts, whole = [], ""
    for pair in pairs:
        part, _, own = pair.partition("/")
        whole = own or whole
        of = f" of {counts[whole]} {whole}" if own else ""
        texts.append(f"{part} {counts[part]}{of} ({share(counts[part], counts[whole]):.1%})")
    return ", ".join(texts)


def row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", nargs="?", choices=["held-back"])
    main(held_back=parser.parse_args().lines == "held-back")
