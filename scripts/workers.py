"""Granian's command line. Imports the application before forking, so that workers start fast and share memory.

Without fork (macOS), each worker imports the application itself.
"""

import multiprocessing
from importlib import import_module

from granian.cli import entrypoint

if __name__ == "__main__":
    if multiprocessing.get_start_method() == "fork":
        import_module("hindsight.wsgi")
    entrypoint()  # type: ignore[no-untyped-call]
