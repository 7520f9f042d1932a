"""
Where each seat of an event is, how it stands, and what changes.

    map         the seats of an event in order, with their places and neighbours
    geometry    neighbours and aisles, outlines, and places for what no chart shows
    drawing     makes a map from an event's manifest and its venue's chart; content: the chart as clients get it
    maps        keeps maps, shared by all events with the same chart and manifest; charts: keeps charts as answers
    encoding    statuses as bytes, and as JSON

    channel     what changed at an event since any position; frames: as server-sent events
    channels    opens, brings up and closes channels
    listener    one who is told; resuming: where one goes on who comes back
    changes     all listeners of the process; stream: the connection of one
"""
