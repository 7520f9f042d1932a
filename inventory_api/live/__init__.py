"""
What an API process keeps of the projection in memory, and how it follows it.

Start with `follower`: whatever is kept implements `Keeper` and is brought up to the projection after each change, all
together in one snapshot. `events` keeps pictures of events (`event`), from which every answer about one event is made
(`answers`).
"""
