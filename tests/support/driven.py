"""
The inventory projection without servers, given a small event.
"""

from inventory_api.projection import InventoryProjection
from inventory_stream.projection.driver import ProjectionDriver
from tests.support.places import released, scheduled


def driven(*records):
    """
    Return a driver that was given an event with section S and then the records.
    """
    driver = ProjectionDriver(InventoryProjection)
    driver.append(scheduled(), released(), *records)
    return driver


def area(*records):
    """
    Return a driver with one area of 10 places.
    """
    driver = ProjectionDriver(InventoryProjection)
    driver.append(scheduled(), released(quantity=10, price_level="GA"), *records)
    return driver
