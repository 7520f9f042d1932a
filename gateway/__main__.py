"""
The process: `python -m gateway`.
"""

from gateway.app import create_app
from gateway.settings import GatewaySettings
from inventory_stream.web import run_service


def main() -> None:
    """
    Serve until told to stop.
    """
    settings = GatewaySettings()
    run_service(create_app(settings), settings)


if __name__ == "__main__":
    main()
