"""
The API process: `python -m venue_api`.
"""

from inventory_stream.settings import StreamSettings, read_settings
from inventory_stream.web import run_service
from venue_api.app import create_app
from venue_api.settings import VenueApiSettings

if __name__ == "__main__":
    settings = read_settings(VenueApiSettings)
    run_service(create_app(settings, read_settings(StreamSettings)), settings)
