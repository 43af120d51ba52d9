"""Prints the size of the project with its targets, and how many files of it a request runs: `make house`."""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from typing import Any

from tools.harness.orm import set_up_django
from tools.harness.web import ROOT

GIT = ["git", "ls-files", "*.py", "*.md", ":!tests/*.md", ":!tools/*.md"]
FILES = subprocess.check_output(GIT, cwd=ROOT, text=True).split()  # noqa: S603
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in FILES if (ROOT / name).exists()}
LINES = {name: text.count("\n") for name, text in TEXTS.items() if name.endswith(".py")}
PRODUCT = [name for name in LINES if not re.match(r"(tests|tools)/|.*/migrations/", name)]
IMPORT = re.compile(r"^ *from (\S+) import ([^(\n]+|\([^)]+)", re.MULTILINE)
set_up_django(f"sqlite:///{(folder := tempfile.TemporaryDirectory()).name}/house", "")
from django import apps, db, test  # noqa: E402

from interviews.services.create import onboard_org  # noqa: E402
from tools.bench.data import create_first, rows_of  # noqa: E402

with db.connection.schema_editor() as editor:
    list(map(editor.create_model, apps.apps.get_models()))
create_first(org := onboard_org(name="Acme", plan="growth"))
[row] = rows_of(org)
client = test.Client(headers={"Host": "localhost", "Authorization": f"Bearer {row.key}"})
path, form = f"/api/v1/interviews/{row.pk}", {"token": row.survey_token, "step": "answer", "text": "It was slow."}
client.post("/survey", form | {"step": "consent"}, follow=True)


def files_run(request: Callable[[int], Any]) -> int:
    """By the second of two requests: the first one loads more. -1 if one fails."""
    found, statuses = set[str](), [request(1).status_code]
    sys.settrace(lambda frame, *_: found.add(frame.f_code.co_filename))
    statuses.append(request(3).status_code)
    sys.settrace(None)
    return len(found & {str(ROOT / name) for name in PRODUCT}) if statuses == [200, 200] else -1


imported_by = [
    {f"{a}.{b}".rstrip(".") for a, names in IMPORT.findall(TEXTS[name]) for b in ["", *re.findall(r"\w+", names)]}
    for name in PRODUCT
]
importers = Counter(module for modules in imported_by for module in modules)
sys.stdout.write(f"""\
lines of the product       {sum(LINES[name] for name in PRODUCT):7,}  31,000
files of the product       {len(PRODUCT):7,}  420
files under 30 lines       {sum(0 < LINES[name] < 30 for name in PRODUCT):7,}
modules with one importer  {sum(importers[name[:-3].replace("/", ".")] == 1 for name in PRODUCT):7,}
lines of tests             {sum(LINES[name] for name in LINES if name.startswith("tests/")):7,}  36,000
lines of tools             {sum(LINES[name] for name in LINES if name.startswith("tools/")):7,}  2,800
words of documents         {sum(len(text.split()) for name, text in TEXTS.items() if name not in LINES):7,}  55,000
migrations                 {sum("/migrations/0" in name for name in LINES):7,}
files that a PATCH runs    {files_run(lambda n: client.patch(path, {"objective": f"{n}"}, "application/json")):7,}  35
files that an answer runs  {files_run(lambda n: client.post("/survey", form | {"number": n}, follow=True)):7,}  45
""")
