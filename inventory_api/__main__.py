"""
The API process: `python -m inventory_api`.
"""

from inventory_api.app import create_app
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings, read_settings
from inventory_stream.web import run_service

if __name__ == "__main__":
    settings = read_settings(InventoryApiSettings)
    run_service(create_app(settings, read_settings(StreamSettings)), settings)
