"""Load while things fail: `python -m tools.soak [--seconds 30] [--rate 60] [--faults worker,postgresql]`.

Prints what was sent and acknowledged, and which acknowledged writes were lost or doubled.
"""

import argparse
import sys
import time
from itertools import chain

from tools.harness.orm import set_up_django
from tools.harness.processes import ServerError, eventually, interrupt_on_signals
from tools.harness.reverse_proxies import ProxyMissingError
from tools.soak.clients import Client, is_unexpected
from tools.soak.deployment import Deployment, running_deployment, stores
from tools.soak.faults import FAULTS, Fault
from tools.soak.ledger import Ledger

CALM_SECONDS = 3.0
RECOVERY_SECONDS = 30.0
LAST_WRITE_SECONDS = 30.0
EXAMPLES = 10


def main() -> int:
    options = parse_arguments()
    interrupt_on_signals()
    try:
        with stores() as (postgres, redis, disk):
            set_up_django(postgres.url, redis.url)
            from tools.soak import data

            customers = data.load(options.clients)
            with running_deployment(postgres, redis, disk) as deployment:
                ledger = Ledger()
                clients = [
                    Client(number, deployment.port, customer, ledger, seconds_per_write=options.clients / options.rate)
                    for number, customer in enumerate(customers)
                ]
                run(deployment, clients, ledger, options)
                return report(ledger, customers[0].org_id)
    except (ServerError, ProxyMissingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.soak", description="Tests that no acknowledged write is lost."
    )
    parser.add_argument("--seconds", type=float, default=30, help="how long each fault is repeated (30)")
    parser.add_argument("--total", type=float, help="how long all faults take together, instead of --seconds")
    parser.add_argument("--rate", type=float, default=60, help="writes per second of all clients (60)")
    parser.add_argument("--clients", type=int, default=8, help="clients that write at the same time (8)")
    parser.add_argument(
        "--faults", type=names, default=list(FAULTS), help=f"comma-separated, of: {', '.join(FAULTS)} (all)"
    )
    options = parser.parse_args()
    if options.total:
        options.seconds = options.total / len(options.faults)
    return options


def names(text: str) -> list[str]:
    faults = list(dict.fromkeys(text.split(",")))
    if unknown := set(faults) - set(FAULTS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return faults


def run(deployment: Deployment, clients: list[Client], ledger: Ledger, options: argparse.Namespace) -> None:
    """Raises ServerError if a client ends early or cannot end."""
    for name in options.faults:
        fault = FAULTS[name]
        if fault.needs_small_disk and deployment.disk is None:
            print(f"{name}: SKIPPED, because only root can mount a small disk", flush=True)
            continue
        print(f"{name}: {fault.description}", flush=True)
        ledger.begin(name)
        for client in clients:
            client.start_once()
        repeat(fault, deployment, ledger, options.seconds)
    if not all(client.is_alive() for client in clients):
        raise ServerError("A client has ended early, or every fault was skipped.")
    for client in clients:
        client.stopping.set()
    for client in clients:
        client.join(LAST_WRITE_SECONDS)
    if any(client.is_alive() for client in clients):
        raise ServerError(f"A request took more than {LAST_WRITE_SECONDS:.0f} s.")
    ledger.end()


def repeat(fault: Fault, deployment: Deployment, ledger: Ledger, seconds: float) -> None:
    """Ends when the deployment has recovered. Raises ServerError if it does not."""
    acknowledged = ledger.phases[-1].acknowledged
    ends_at = time.monotonic() + seconds
    while True:
        with fault.breaking(deployment):
            time.sleep(max(0.0, min(fault.seconds, ends_at - time.monotonic())))
        wait_for_recovery(deployment, acknowledged)
        if time.monotonic() + CALM_SECONDS >= ends_at:
            return
        time.sleep(CALM_SECONDS)


def wait_for_recovery(deployment: Deployment, acknowledged: list[float]) -> None:
    """Also for the servers: two faults at once would be another test."""
    before = len(acknowledged)

    def has_recovered() -> bool:
        deployment.start_what_has_ended()
        return len(acknowledged) > before and deployment.is_up()

    if not eventually(has_recovered, seconds=RECOVERY_SECONDS):
        raise ServerError(f"{RECOVERY_SECONDS:.0f} s after the fault, a server was down, or no write was acknowledged.")


def report(ledger: Ledger, org_id: int) -> int:
    """Returns the exit status."""
    from django.db import connections

    from tools.soak.report import table
    from tools.soak.verify import Stored, verify

    connections.close_all()  # PostgreSQL has been restarted
    verdict = verify(ledger.writes, Stored.read(org_id))
    print(f"\n{table(ledger.phases, verdict)}", flush=True)
    for write in [*verdict.lost, *verdict.doubled, *verdict.partial][:EXAMPLES]:
        print(write)
    is_expected = not any(map(is_unexpected, chain.from_iterable(phase.failures for phase in ledger.phases)))
    return 0 if verdict.is_good and is_expected else 1


if __name__ == "__main__":
    sys.exit(main())
