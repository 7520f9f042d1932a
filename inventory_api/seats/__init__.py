"""
Where each seat of an event is, how it stands, and what changes.

    map         the seats of an event in order, with their places and neighbours
    geometry    neighbours and aisles, outlines, and places for what no chart shows
    drawing     makes a map from an event's manifest and its venue's chart
    maps        keeps maps, shared by all events with the same chart and manifest
    encoding    statuses as bytes, and as JSON
"""
