"""manage.py with and without a .env file."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def show_environment(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a copy of manage.py in another folder, so that it does not read the checkout's .env."""
    shutil.copy(ROOT / "manage.py", folder)
    code = "from django.conf import settings; print(settings.DEVELOPMENT)"
    return subprocess.run(
        [sys.executable, folder / "manage.py", "shell", "-v", "0", "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_dotenv_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HINDSIGHT_ENV=development\n")
    assert show_environment(tmp_path).stdout == "True\n"


@pytest.mark.slow
def test_missing_setting_is_reported_in_one_line(tmp_path: Path) -> None:
    result = show_environment(tmp_path)
    assert result.returncode == 1
    assert "SECRET_KEY" in result.stderr
    assert len(result.stderr.splitlines()) == 1
