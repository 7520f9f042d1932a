"""
How fast the inventory projection takes up the stream, against the best loop that only consumes and decodes.
"""

import gc
from time import perf_counter

import msgspec
from confluent_kafka import Consumer, TopicPartition

from benchmarks.onsale import OnSale
from benchmarks.result import report
from benchmarks.servers import Progress, Servers, peak_memory_mb, servers, total
from inventory_stream.records import TYPES

RECORDS = 500_000
MEMORY_BAR_MB = 400
SIZES = (500, 1_000, 10_000)
"""Records that the bare loop takes at once: which is best depends on the processor's cache."""


def main() -> None:
    """
    Measure updates spread over 100,000 sections, and a hot on-sale.
    """
    measure("ingest.spread", events=2_000, sections=50, bar=0.25)
    measure("ingest.hot", events=24, sections=40, bar=0.4)


def measure(name: str, events: int, sections: int, bar: float) -> None:
    """
    Print the rate and the peak memory of one projector process on two cores.
    """
    world = OnSale(events, sections)
    with servers() as running:
        running.log.send(world.catalogue())
        running.log.flush()
        catalogue = total(running.log.end_positions(["inventory"]))
        apply_all(running, catalogue)
        running.log.send(world.sales(RECORDS))
        running.log.flush()
        everything = total(running.log.end_positions(["inventory"]))
        reference = max(decode_only(running, everything, size) for size in SIZES for _ in range(2))
        rate, memory = apply_all(running, everything)
        running.log.close()
    what = f"consume and decode only ({reference:,.0f} records/s)"
    report(name, rate, "records/s", versus=what, ratio=rate / reference, bar=f">= {bar}", ok=rate / reference >= bar)
    report(f"{name}.memory", memory, "MB", bar=f"<= {MEMORY_BAR_MB}", ok=memory <= MEMORY_BAR_MB)


def apply_all(running: Servers, everything: int) -> tuple[float, float]:
    """
    Run a projector until everything is applied; return records/s from its first commit on, and peak memory (MB).
    """
    progress = Progress(running, "inventory")
    before = progress.applied()
    process = running.start("inventory_api.projector")
    try:
        first = progress.wait_for(before + 1)
        started = perf_counter()
        progress.wait_for(everything)
        rate = (everything - first) / max(perf_counter() - started, 1e-9)
        return rate, peak_memory_mb(process.pid)
    finally:
        process.terminate()
        process.wait(60)
        progress.close()


def decode_only(running: Servers, everything: int, size: int) -> float:
    """
    Return records/s of a bare loop: consume up to `size`, headers to a dict, value to its type; collector off.
    """
    decoders = {name.encode(): msgspec.json.Decoder(row.cls).decode for name, row in TYPES.items()}
    config = {
        "bootstrap.servers": running.kafka.bootstrap_servers,
        "group.id": "reference",
        "fetch.queue.backoff.ms": 5,
    }
    consumer = Consumer({**config, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.assign([TopicPartition("inventory", number, 0) for number in range(running.log.partitions("inventory"))])
    consumer.consume(1, 10)
    count, started = 1, perf_counter()
    gc.disable()
    while count < everything:
        # A wait for a full batch would make the reference slow: take what is there.
        for message in consumer.consume(size, 0) or consumer.consume(1, 1):
            headers = dict(message.headers())  # type: ignore[arg-type]
            decoders[headers["ce_type"]](message.value())  # type: ignore[index,arg-type]
            count += 1
    gc.enable()
    rate = count / (perf_counter() - started)
    consumer.close()
    return rate
