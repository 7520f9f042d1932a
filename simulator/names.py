"""
Names of artists, venues and towns. All are made up.
"""

from collections.abc import Mapping

ATTRACTIONS: tuple[tuple[str, str, str], ...] = (
    ("The Paper Lanterns", "music", "indie"),
    ("Velvet Meridian", "music", "pop"),
    ("Copper Owl Quartet", "music", "jazz"),
    ("Harbour Lights Philharmonic", "music", "classical"),
    ("Midnight Tramlines", "music", "rock"),
    ("Saffron Static", "music", "electronic"),
    ("The Late Ferry", "music", "folk"),
    ("Northgate Comets v. River City Herons", "sport", "basketball"),
    ("Ironbridge Rovers v. Saltmarsh United", "sport", "football"),
    ("The Glass Orchard", "theatre", "drama"),
    ("A Lighthouse in July", "theatre", "musical"),
    ("Pocketful of Thunder", "comedy", "stand-up"),
    ("Juniper Skyline", "music", "country"),
    ("Tin Moon Parade", "music", "rock"),
    ("Ballet of the Seven Rivers", "theatre", "dance"),
    ("Echo Park Cartographers", "music", "indie"),
    ("Ottoline & the Weathervanes", "music", "folk"),
    ("Brass Comet Society", "music", "soul"),
    ("Kestrel Downs Derby", "sport", "racing"),
    ("Lakeshore Pikes v. Juniper Kings", "sport", "hockey"),
    ("Nobody's Uncle", "comedy", "improv"),
    ("The Clockmaker's Daughters", "theatre", "drama"),
)
"""Name, category, genre."""

TOURS = (
    "Slow Weather Tour",
    "Long Way Round",
    "Lanterns Out",
    "Second Summer",
    "Night Shift Tour",
    "Every Window Lit",
    "Paper Maps Tour",
    "The Big Quiet",
)

VENUES: Mapping[str, tuple[str, ...]] = {
    "arena": ("Meridian Arena", "Northgate Arena", "Copperfield Dome", "Harbour Point Arena"),
    "theatre": ("Old Foundry Theatre", "Orpheum Playhouse", "The Alder House", "Lanternlight Theatre"),
    "club": ("The Blue Cellar", "Granary Hall", "Switchyard Rooms", "The Low Door"),
    "stadium": (
        "Riverside Stadium",
        "Quarry Field",
        "Saltmarsh Park",
        "Tidewater Bowl",
        "Highline Ground",
        "Juniper Bowl",
    ),
    "festival": ("Lakeshore Meadows", "Windmill Fields"),
    "amphitheatre": ("Cedar Hollow", "Redstone Terrace"),
    "race_track": ("Kestrel Downs",),
    "studio": ("The Side Room",),
}
"""Names by kind."""

TOWNS: tuple[tuple[str, str, str, str], ...] = (
    ("Saltmarsh", "Massachusetts", "US", "America/New_York"),
    ("River City", "Illinois", "US", "America/Chicago"),
    ("Northgate", "Washington", "US", "America/Los_Angeles"),
    ("Ironbridge", "Pennsylvania", "US", "America/New_York"),
    ("Juniper Flats", "Colorado", "US", "America/Denver"),
    ("Port Verity", "California", "US", "America/Los_Angeles"),
    ("Lakeshore", "Ontario", "CA", "America/Toronto"),
    ("Harrow Bend", "Texas", "US", "America/Chicago"),
)
"""Town, region, country, time zone."""

REGIONS = tuple(region for _, region, _, _ in TOWNS)
