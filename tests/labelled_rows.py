"""Reads files of labelled examples: *.tsv, in which a line that begins with # is a comment."""

from pathlib import Path


def labelled_rows(file: Path) -> list[list[str]]:
    """The fields of each line that is no comment."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]
