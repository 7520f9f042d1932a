"""
The process: `python -m gateway`.
"""

import gc
import sys
from collections.abc import Sequence

from gateway.app import create_app
from gateway.routes import ROUTES, Route
from gateway.server import DoorProtocol
from gateway.settings import GatewaySettings
from inventory_stream.settings import read_settings
from inventory_stream.web import run_service


def main() -> None:
    """
    Serve until told to stop.
    """
    serve(read_settings(GatewaySettings))


def serve(settings: GatewaySettings, routes: Sequence[Route] = ROUTES) -> None:
    """
    Serve a table of routes until told to stop; where a file cannot be used, exit 1 with one sentence.
    """
    try:
        app = create_app(settings, routes=routes)
    except (OSError, ValueError) as error:  # a file that the settings name
        sys.exit(f"gateway: {error}")
    # What is there now stays, so that it need not be looked at for garbage again and again; requests make few cycles.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    run_service(app, settings, protocol=DoorProtocol)


if __name__ == "__main__":
    main()
