"""
The projector process: `python -m venue_api.projector`.
"""

from inventory_stream.projection.process import main
from venue_api.projection import VenueProjection

if __name__ == "__main__":
    main(VenueProjection)
