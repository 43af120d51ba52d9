from collections import Counter
from collections.abc import Sequence

from tools.soak.ledger import Phase
from tools.soak.verify import Verdict

HEADINGS = ("fault", "sent", "acknowledged", "lost", "doubled", "partial", "p99 s", "slowest s", "outage s", "failed")


def table(phases: Sequence[Phase], verdict: Verdict) -> str:
    of_faults = [row_of(phase, verdict.of_fault(phase.fault)) for phase in phases]
    rows = [HEADINGS, *of_faults, row_of(Phase.total(phases), verdict)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS) - 1)]
    return "\n".join(line(row, widths) for row in rows)


def row_of(phase: Phase, verdict: Verdict) -> tuple[str, ...]:
    return (
        phase.fault,
        str(phase.sent),
        str(len(phase.acknowledged)),
        *(str(len(writes)) for writes in (verdict.lost, verdict.doubled, verdict.partial)),
        f"{phase.duration(0.99):.2f}",
        f"{phase.duration(1):.2f}",
        f"{phase.longest_outage:.1f}",
        failures(phase.failures),
    )


def failures(counts: Counter[int | str]) -> str:
    return ", ".join(f"{count} {status}" for status, count in counts.most_common())


def line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = row[:-1]
    cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
    return "  ".join([*cells, row[-1]]).rstrip()
