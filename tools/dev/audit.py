"""Compares the packages of requirements.txt with a database of known vulnerabilities. Arguments go to pip-audit.

Exit status: 0 if none is known, 1 if some are, 2 if not every package could be compared. pip-audit alone exits with 0
if its service knows none of the packages, and with 1 if the service cannot be reached.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# Names and versions, also of packages for other platforms and Python versions.
PINS = re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)


def run(arguments: list[str]) -> tuple[list[dict[str, Any]], str]:
    """Returns what pip-audit found, and what it wrote to standard error."""
    tool = ROOT / ".venv-audit" / "bin" / "pip-audit"
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder, "pins.txt")
        pins.write_text("".join(f"{name}=={version}\n" for name, version in PINS))
        options = [
            "--requirement",
            str(pins),
            "--no-deps",
            "--disable-pip",
            "--format",
            "json",
            "--progress-spinner",
            "off",
        ]
        command = [str(tool), *options, "--vulnerability-service", "osv", *arguments]
        audit = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        return json.loads(audit.stdout)["dependencies"], audit.stderr
    except ValueError:
        return [], audit.stderr


def main(arguments: list[str]) -> int:
    results, errors = run(arguments)
    compared = [result for result in results if "vulns" in result]
    found = [(result, vulnerability) for result in compared for vulnerability in result["vulns"]]
    for result, vulnerability in found:
        names = ", ".join([vulnerability["id"], *vulnerability.get("aliases", [])])
        fixed = ", ".join(vulnerability["fix_versions"]) or "no version"
        say(f"{result['name']} {result['version']}: {names}; fixed in {fixed}")
    if len(compared) < len(PINS):
        last_line = (errors.strip().splitlines() or ["unknown"])[-1]
        reason = "the service does not know the other packages" if results else last_line
        say(
            f"NOT AUDITED: {len(compared)} of {len(PINS)} packages could be compared with known vulnerabilities. "
            f"Can this machine reach the vulnerability service? Reason: {reason}"
        )
        return 2
    say(f"{len(PINS)} packages of requirements.txt: {len(found)} known vulnerabilities.")
    return 1 if found else 0


def say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
