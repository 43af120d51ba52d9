"""granian's command line, with the application imported before the workers are forked from it.

So they start at once, a replaced one too, and share the memory that they do not write to. Where processes are not
forked (macOS), each imports the application itself.
"""

import multiprocessing
from importlib import import_module

from granian.cli import entrypoint

if __name__ == "__main__":
    if multiprocessing.get_start_method() == "fork":
        import_module("hindsight.wsgi")
    entrypoint()  # type: ignore[no-untyped-call]
