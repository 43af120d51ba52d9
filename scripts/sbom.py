"""Writes var/sbom.json, a CycloneDX bill of materials of requirements.txt, or of the file that is named. Works offline.

cyclonedx-py writes the components. Purposes, dependencies and the commit are added here.
"""

import json
import subprocess
import sys
from pathlib import Path

from scripts.packages import ROOT, packages

OUTPUT = ROOT / "var" / "sbom.json"


def bill(requirements: Path) -> str:
    tool = ROOT / ".venv-audit" / "bin" / "cyclonedx-py"
    written = subprocess.run([tool, "requirements", requirements], stdout=subprocess.PIPE, check=True)  # noqa: S603
    document = json.loads(written.stdout)
    pinned = {package.name: package for package in packages(requirements)}
    reference = {component["name"]: component["purl"] for component in document["components"]}
    for component in document["components"]:
        component["bom-ref"] = component["purl"]
        component["description"] = pinned[component["name"]].description
    document["metadata"]["component"] = {"bom-ref": "hindsight", "type": "application", "name": "hindsight"} | commit()
    users = {"hindsight": {name for name, package in pinned.items() if package.purpose}} | {
        user: {name for name, package in pinned.items() if user in package.required_by} for user in pinned
    }
    document["dependencies"] = [
        {"ref": reference.get(user, user), "dependsOn": sorted(reference[name] for name in names)}
        for user, names in users.items()
    ]
    return json.dumps(document, indent=2) + "\n"


def commit() -> dict[str, str]:
    """Empty outside a git checkout."""
    try:
        command = ["git", "rev-parse", "HEAD"]
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"version": found.stdout.strip()}


def main(name: str = "requirements.txt") -> None:
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(bill(ROOT / name), encoding="utf-8")
    print(f"Wrote {OUTPUT.relative_to(ROOT)}: {len(packages(ROOT / name))} packages of {name}.")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
