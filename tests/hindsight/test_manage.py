"""manage.py by hand, in a checkout where `make run` has been."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def show_environment(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a copy of manage.py in a folder of its own, so that the checkout's .env does not matter."""
    shutil.copy(ROOT / "manage.py", folder)
    code = "from django.conf import settings; print(settings.DEVELOPMENT)"
    return subprocess.run(
        [sys.executable, folder / "manage.py", "shell", "-v", "0", "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


def test_the_settings_of_dotenv_are_used(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HINDSIGHT_ENV=development\n")
    assert show_environment(tmp_path).stdout == "True\n"


def test_without_settings_one_line_says_what_is_missing(tmp_path: Path) -> None:
    refused = show_environment(tmp_path)
    assert refused.returncode == 1
    assert "SECRET_KEY" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
