"""manage.py with and without a .env file."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


SHOW_ENVIRONMENT = ("shell", "-v", "0", "-c", "from django.conf import settings; print(settings.DEVELOPMENT)")


def manage(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a copy of manage.py in another folder, so that it does not read the checkout's .env."""
    shutil.copy(ROOT / "manage.py", folder)
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_dotenv_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HINDSIGHT_ENV=development\n")
    assert manage(tmp_path, *SHOW_ENVIRONMENT).stdout == "True\n"


@pytest.mark.slow
def test_missing_setting_is_reported_in_one_line_with_what_to_type(tmp_path: Path) -> None:
    result = manage(tmp_path, "check", "--deploy")
    assert (result.returncode, len(result.stderr.splitlines())) == (1, 1)
    assert "SECRET_KEY" in result.stderr
    assert "HINDSIGHT_ENV=development .venv/bin/python manage.py check --deploy\n" in result.stderr
