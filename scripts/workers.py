"""Granian, with the application imported before forking: workers start faster and share memory."""

import multiprocessing
from importlib import import_module

from granian.cli import entrypoint

if __name__ == "__main__":
    if multiprocessing.get_start_method() == "fork":
        import_module("hindsight.rsgi")
    entrypoint()  # type: ignore[no-untyped-call]
