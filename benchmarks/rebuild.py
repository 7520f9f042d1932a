"""
How long operators wait for a rebuild of the inventory projection: the command, from its start to its end.
"""

from time import perf_counter

from benchmarks.onsale import OnSale
from benchmarks.result import report
from benchmarks.servers import Progress, Servers, servers, total

RECORDS = 1_000_000
EVENTS, SECTIONS = 2_000, 50
BAR_S = 20.0


def main() -> None:
    """
    Rebuild from a million records, with the comparison against the live version and the switch.
    """
    world = OnSale(EVENTS, SECTIONS)
    with servers() as running:
        running.log.send(world.catalogue())
        running.log.flush()
        running.log.send(world.sales(RECORDS - total(running.log.end_positions(["inventory"]))))
        running.log.flush()
        records = total(running.log.end_positions(["inventory"]))
        running.log.close()
        apply_all(running, records)
        seconds = rebuild(running)
    versus = f"{records:,} records"
    bar = f"<= {BAR_S:.0f} s for {RECORDS:,} records"
    report("rebuild", seconds, "s", versus=versus, bar=bar, ok=records >= RECORDS and seconds <= BAR_S)


def apply_all(running: Servers, records: int) -> None:
    """
    Run a projector until the live version holds every record.
    """
    process = running.start("inventory_api.projector")
    progress = Progress(running, "inventory")
    try:
        progress.wait_for(records)
    finally:
        process.terminate()
        process.wait(60)
        progress.close()


def rebuild(running: Servers) -> float:
    """
    Return the seconds that `seatstream rebuild inventory` takes.
    """
    before = running.schema("inventory")
    started = perf_counter()
    status = running.start("inventory_stream", "rebuild", "inventory").wait()
    seconds = perf_counter() - started
    if status != 0 or running.schema("inventory") == before:
        raise RuntimeError(f"the rebuild ended with {status} and {running.schema('inventory')} is live")
    return seconds
