"""
The topics: one table from which they are created and documented.
"""

import msgspec

DAY_MS = 86_400_000


class Topic(msgspec.Struct, frozen=True):
    """
    One topic: `retention_ms` of -1 keeps records for ever; `compacted` keeps the newest record of a key.
    """

    name: str
    key: str
    partitions: int
    carries: str
    retention_ms: int = -1
    compacted: bool = False


TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("inventory", "event_id (venue_id for venue and chart records)", 12, "catalogue and inventory records"),
        Topic("activity", "customer_id, or session_id while anonymous", 12, "what people do", 400 * DAY_MS),
        Topic("feedback", "customer_id (policy for policies)", 6, "labels on customers, policy changes"),
        Topic("models", "model/version, or model/promoted", 1, "models and their promotions", compacted=True),
        Topic("dead-letters", "original key", 3, "records a projector could not apply", 90 * DAY_MS),
    )
}
