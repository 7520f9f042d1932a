"""
`create_app`: the only place where the parts of the inventory API are put together.
"""

from functools import partial

from inventory_api.activity_writer import ActivityWriter
from inventory_api.availability import encode_availability
from inventory_api.bundles import Bundles
from inventory_api.catalogue.keeper import Catalogue
from inventory_api.live.events import LiveEvents
from inventory_api.live.follower import Follower
from inventory_api.live.hot import HotAnswers
from inventory_api.offers import encode_if_alone
from inventory_api.projection import InventoryProjection
from inventory_api.routes import ROUTERS
from inventory_api.seats.changes import SeatChanges
from inventory_api.seats.charts import Charts
from inventory_api.seats.encoding import encode_known
from inventory_api.seats.limits import ListenerLimits
from inventory_api.seats.maps import SeatMaps
from inventory_api.settings import InventoryApiSettings
from inventory_stream.log import Log
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.settings import StreamSettings
from inventory_stream.web import Service, create_service


def create_app(settings: InventoryApiSettings, stream: StreamSettings, log: Log | None = None) -> Service:
    """
    Return the service.

    Args:
        log: where activity is appended; Kafka, connected to when first needed, when None.
    """
    events, catalogue = LiveEvents(settings.cached_seats, settings.idle_s), Catalogue()
    maps, bundles = SeatMaps(settings.mapped_seats), Bundles(events)
    changes = SeatChanges(events, maps, _limits(settings))
    keepers = (maps, events, bundles, catalogue, changes.channels)
    follower = Follower(keepers, max_stale_s=settings.max_stale_s, pause_s=settings.pause_s)
    follower.follow(ProjectionReader(stream.database_url, InventoryProjection.name, follower.mark))
    events.follow(follower)
    maps.follow(follower)
    hot = HotAnswers(
        events,
        {
            "availability": encode_availability,
            "seats": partial(encode_known, maps),
            "offers": partial(encode_if_alone, bundles),
        },
    )
    activity = ActivityWriter(log or _kafka(settings, stream), settings.activity_timeout_s)
    service = create_service(
        "inventory_api",
        settings=settings,
        readers=[follower],
        routers=ROUTERS,
        parts=[activity.running, changes.running],
        prepared=hot.prepared,
        prepared_route=hot.route,
        summary="Which events are on, which seats are left, what they cost",
    )
    service.state.live_events = events
    service.state.bundles = bundles
    service.state.seat_maps = maps
    service.state.seat_changes = changes
    changes.belong_to(service.service_state)
    service.state.charts = Charts(settings.mapped_seats)
    service.state.activity = activity
    service.state.catalogue = catalogue
    return service


def _limits(settings: InventoryApiSettings) -> ListenerLimits:
    return ListenerLimits(
        listeners=settings.max_listeners,
        seats=settings.listened_seats,
        pause_s=settings.changes_pause_s,
        keep_alive_s=settings.keep_alive_s,
        slow_s=settings.slow_listener_s,
        ahead_s=settings.listener_ahead_s,
    )


def _kafka(settings: InventoryApiSettings, stream: StreamSettings) -> Log:
    timeout_s = settings.activity_timeout_s
    return KafkaLog(stream.kafka_bootstrap_servers, stream.topic_prefix, delivery_timeout_s=timeout_s)
