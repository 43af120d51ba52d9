"""A shell in a terminal, with somebody who answers its prompts."""

import fcntl
import os
import subprocess
import termios
from collections.abc import Iterator, Mapping
from pathlib import Path


def run_in_terminal(
    script: str, *, folder: Path, environment: Mapping[str, str], answers: Mapping[str, str]
) -> tuple[int, str]:
    """Returns exit status and output. `answers`: by the end of the prompt."""
    terminal, its_end = os.openpty()
    process = subprocess.Popen(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env=environment,
        stdin=its_end,
        stdout=its_end,
        stderr=its_end,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(its_end)
    output = ""
    for text in _read(terminal):
        output += text
        for prompt, answer in answers.items():
            if output.endswith(prompt):
                os.write(terminal, f"{answer}\n".encode())
    os.close(terminal)
    return process.wait(60), output.replace("\r\n", "\n")


def _read(terminal: int) -> Iterator[str]:
    """Until the last process has closed its end, which raises OSError on Linux."""
    try:
        while data := os.read(terminal, 65_536):
            yield data.decode(errors="replace")
    except OSError:
        return
