"""
Names of artists, venues and towns. All are made up.
"""

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
)
"""Name, category, genre."""

TOURS = ("Slow Weather Tour", "Long Way Round", "Lanterns Out", "Second Summer", "Night Shift Tour", "")

VENUES: tuple[tuple[str, str], ...] = (
    ("Meridian Arena", "arena"),
    ("Old Foundry Theatre", "theatre"),
    ("The Blue Cellar", "club"),
    ("Riverside Stadium", "stadium"),
    ("Lakeshore Meadows", "festival"),
    ("Orpheum Playhouse", "theatre"),
    ("Granary Hall", "club"),
    ("Northgate Arena", "arena"),
)
"""Name and kind."""

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
