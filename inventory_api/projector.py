"""
The projector process: `python -m inventory_api.projector`.
"""

from inventory_api.projection import InventoryProjection
from inventory_stream.projection.process import main

if __name__ == "__main__":
    main(InventoryProjection)
