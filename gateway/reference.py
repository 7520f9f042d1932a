"""
`/docs`: the OpenAPI document of all services in a browser, from files of our own (Swagger UI, as `fastapi-offline` packs it).
"""

from collections.abc import Awaitable, Callable

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_SCRIPT, _STYLE, _ICON = "swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"
# Swagger UI sets styles from its script and draws icons from data URLs; nothing comes from or goes to anybody else.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Seatstream: API reference</title>
<link rel="icon" href="/docs/{_ICON}">
<link rel="stylesheet" href="/docs/{_STYLE}">
</head>
<body>
<main id="reference"><p>The reference is shown by a script; <a href="/openapi.json">/openapi.json</a> is the document.</p></main>
<script src="/docs/{_SCRIPT}"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
"""
_KEEP = {"Cache-Control": "public, max-age=86400"}

Page = Callable[[Scope], Awaitable[Response]]


class Reference:
    """
    The pages under `/docs`.
    """

    def __init__(self) -> None:
        self._files = StaticFiles(packages=[("fastapi_offline", "static")])

    def pages(self) -> dict[bytes, Page]:
        """
        Return path → what answers it.
        """
        files = {f"/docs/{name}".encode(): self._file(name) for name in (_SCRIPT, _STYLE, _ICON)}
        return {b"/docs": self.show_page, b"/docs/start.js": self.show_start, **files}

    async def show_page(self, _: Scope) -> Response:
        """
        Give the page.
        """
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}
        return Response(_PAGE, headers=headers, media_type="text/html")

    async def show_start(self, _: Scope) -> Response:
        """
        Give the script that begins: the policy lets none stand in the page.
        """
        return Response(_START, headers={"Cache-Control": "no-cache"}, media_type="text/javascript")

    def _file(self, name: str) -> Page:
        async def show(scope: Scope) -> Response:
            """Give a file that Swagger UI consists of."""
            answer = await self._files.get_response(name, scope)
            answer.headers.update(_KEEP)
            return answer

        return show
