"""Reads the pinned packages of requirements*.txt and their purposes in requirements*.in."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ENTRY = re.compile(
    r"^(?P<name>\w[\w-]*)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\\n(?P<rest>(?: +.*\n)*)", re.MULTILINE
)


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    marker: str  # the environments that need it; empty: all
    hashes: tuple[str, ...]
    required_by: frozenset[str]
    purpose: str  # empty unless the project uses it itself

    @property
    def description(self) -> str:
        text = self.purpose or f"required by {', '.join(sorted(self.required_by))}"
        return f"{text}, if {self.marker}" if self.marker else text


def purposes() -> dict[str, str]:
    texts = [file.read_text(encoding="utf-8") for file in ROOT.glob("requirements*.in")]
    return dict(re.findall(r"^(\w[\w-]*)[^#\n]*# (.+)$", "\n".join(texts), re.MULTILINE))


def packages(requirements: Path) -> list[Package]:
    """Raises ValueError if an entry was not understood."""
    text = requirements.read_text(encoding="utf-8")
    purpose = purposes()
    pinned = [
        Package(
            name=entry["name"],
            version=entry["version"],
            marker=entry["marker"] or "",
            hashes=tuple(re.findall(r"--hash=(\S+)", entry["rest"])),
            required_by=frozenset(re.findall(r"^ +#(?: via)? +(?!via$)(\w[\w-]*)$", entry["rest"], re.MULTILINE)),
            purpose=purpose.get(entry["name"], "") if "-r requirements" in entry["rest"] else "",
        )
        for entry in ENTRY.finditer(text)
    ]
    if len(pinned) != len(re.findall(r"^\w", text, re.MULTILINE)):
        raise ValueError(f"{requirements.name} has entries that are not of the form NAME==VERSION, marker, hashes")
    return pinned
