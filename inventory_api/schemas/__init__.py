"""
The answers of the inventory API, as OpenAPI shows them, a file a topic.

Money is in minor units (cents) of the event's currency; times are UTC. Answers that are read most are written as bytes
elsewhere (`inventory_api.live.answers`); a test holds them to these schemas.
"""
