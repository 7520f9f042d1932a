"""
What the gateway shows of itself: how its services stand, and how full its cache is.
"""

from collections.abc import Callable, Iterable, Mapping

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from gateway.kept import Cache
from gateway.service import Service

_Value = Callable[[Service], float]


def show(meter: Meter, services: Mapping[str, Service], cache: Cache) -> None:
    """
    Make the instruments.

    Args:
        services: by name; each is a label.
        cache: of kept answers.
    """

    def each(value: _Value) -> list[Callable[[CallbackOptions], Iterable[Observation]]]:
        """Observe a value of each service."""
        return [lambda _: [Observation(value(service), {"service": name}) for name, service in services.items()]]

    meter.create_observable_gauge(
        "seatstream.gateway.inside", each(lambda service: service.admission.inside), description="Requests in a service"
    )
    meter.create_observable_gauge(
        "seatstream.gateway.limit", each(lambda service: service.admission.limit), description="As many may be in it"
    )
    meter.create_observable_gauge(
        "seatstream.gateway.breaker_open", each(lambda service: service.breaker.open), description="1: left alone"
    )
    meter.create_observable_counter(
        "seatstream.gateway.retries", each(lambda service: service.retries), description="Requests sent again"
    )
    meter.create_observable_gauge(
        "seatstream.gateway.kept_bytes", [lambda _: [Observation(cache.size)]], description="Of all kept answers"
    )
