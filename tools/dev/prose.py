"""Counts words of comments and docstrings per 100 code lines: `tools/dev/prose [REV]`.

Counts tracked Python files, without migrations. Blank lines, comment lines and docstrings are not code lines.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALL, ALL_BUT_TESTS = "all", "all but tests"
PRAGMA = re.compile(r"#(!| ?(noqa|type:|fmt:))")
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def main(arguments: list[str]) -> int:
    if len(arguments) > 1:
        sys.exit("usage: tools/dev/prose [REV]")
    totals: dict[str, Counter[str]] = {ALL: Counter(), ALL_BUT_TESTS: Counter()}
    for path, source in sources(*arguments):
        counted = count(source)
        folder = path.partition("/")[0] if "/" in path else "."
        for name in (ALL, folder, *((ALL_BUT_TESTS,) if folder != "tests" else ())):
            totals.setdefault(name, Counter()).update(counted)
    print_row("folder", "words", "code lines", "words per 100")
    for name, total in totals.items():
        print_row(name, total["words"], total["lines"], round(100 * total["words"] / max(total["lines"], 1)))
    return 0


def sources(revision: str | None = None) -> Iterator[tuple[str, str]]:
    listing = ("ls-tree", "-r", "--name-only", revision) if revision else ("ls-files",)
    for path in git(*listing).splitlines():
        if path.endswith(".py") and "/migrations/" not in path:
            if revision:
                yield path, git("show", f"{revision}:{path}")
            elif (file := ROOT / path).exists():
                yield path, file.read_text(encoding="utf-8")


def count(source: str) -> dict[str, int]:
    docstrings = list(docstrings_of(ast.parse(source)))
    words = sum(len(str(node.value).split()) for node in docstrings)
    in_docstrings = {line for node in docstrings for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    code = set[int]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not PRAGMA.match(token.string):
            words += len(token.string.lstrip("#").split())
        elif token.type not in NO_CODE:
            code.update(range(token.start[0], token.end[0] + 1))
    return {"words": words, "lines": len(code - in_docstrings)}


def docstrings_of(module: ast.Module) -> Iterator[ast.Constant]:
    """Includes strings that document constants."""
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603, S607


def print_row(folder: str, *cells: object) -> None:
    sys.stdout.write(folder.ljust(16) + "".join(str(cell).rjust(15) for cell in cells) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
