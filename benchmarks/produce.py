"""
How fast records are encoded and appended.
"""

from time import perf_counter

from benchmarks.onsale import OnSale
from benchmarks.result import report
from benchmarks.servers import servers

RECORDS = 300_000


def main() -> None:
    """
    Append ready-made records, against the speed of making them.
    """
    started = perf_counter()
    records = list(OnSale(100, 100).sales(RECORDS))
    made = len(records) / (perf_counter() - started)
    with servers() as running:
        running.log.send(records[:10_000])
        running.log.flush()
        started = perf_counter()
        running.log.send(records[10_000:])
        running.log.flush()
        rate = (len(records) - 10_000) / (perf_counter() - started)
        running.log.close()
    report("produce", rate, "records/s", versus="making and encoding them", ratio=rate / made)
