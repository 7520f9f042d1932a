"""
The API process: `python -m fraud_api`.
"""

from fraud_api.app import create_app
from fraud_api.settings import FraudApiSettings
from inventory_stream.settings import StreamSettings, read_settings
from inventory_stream.web import run_service

if __name__ == "__main__":
    settings = read_settings(FraudApiSettings)
    run_service(create_app(settings, read_settings(StreamSettings)), settings)
