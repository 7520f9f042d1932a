"""
The process: `python -m gateway`.
"""

import gc
from collections.abc import Sequence

from gateway.app import create_app
from gateway.routes import ROUTES, Route
from gateway.server import DoorProtocol
from gateway.settings import GatewaySettings
from inventory_stream.web import run_service


def main() -> None:
    """
    Serve until told to stop.
    """
    serve(GatewaySettings())


def serve(settings: GatewaySettings, routes: Sequence[Route] = ROUTES) -> None:
    """
    Serve a table of routes until told to stop.
    """
    app = create_app(settings, routes=routes)
    # What is there now stays, so that it need not be looked at for garbage again and again; requests make few cycles.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    run_service(app, settings, protocol=DoorProtocol)


if __name__ == "__main__":
    main()
