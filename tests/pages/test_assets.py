"""
The files of the page: kept for ever under the name of their content, small, and without anything from elsewhere.
"""

import asyncio
import re

import httpx
import pytest

from inventory_api.live.answers import IMMUTABLE
from inventory_api.page.assets import Assets, read_assets
from inventory_api.routes.page import router
from inventory_stream.web import Service, ServiceSettings, create_service

ASSETS = read_assets()
SCRIPTS = [name for name in ASSETS.names if name.endswith(".js")]


@pytest.fixture(scope="module")
def service() -> Service:
    """
    A service with the page's routes alone.
    """
    return create_service("inventory_api", settings=ServiceSettings(access_log=False), readers=[], routers=[router])


def ask(service, *requests):
    """
    Return the answers to some requests, each a path and headers.
    """

    async def run():
        transport = httpx.ASGITransport(service)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return [await client.get(path, headers=headers) for path, headers in requests]

    return asyncio.run(run())


def text(name):
    """
    Return what is in a file.
    """
    return ASSETS.find(ASSETS.version, name).body.decode()


@pytest.mark.parametrize(
    ("name", "kind"), [("page.css", "text/css"), ("main.js", "text/javascript"), ("icon.svg", "image/svg+xml")]
)
def test_files_are_kept_for_ever(service, name, kind):
    """
    Under the version of their content they never change, and say what they are.
    """
    (answer,) = ask(service, (f"{ASSETS.base}/{name}", {}))

    assert (answer.status_code, answer.text) == (200, text(name))
    assert answer.headers["cache-control"].encode() == IMMUTABLE
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_come_compressed(service):
    """
    Who takes gzip gets it, and nothing at all when they have it.
    """
    url, gzipped = f"{ASSETS.base}/main.js", {"accept-encoding": "gzip"}
    (first,) = ask(service, (url, gzipped))
    (again,) = ask(service, (url, gzipped | {"if-none-match": first.headers["etag"]}))

    assert first.headers["content-encoding"] == "gzip"
    assert int(first.headers["content-length"]) < len(first.content) / 2
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_of_another_server_gets_its_files_but_not_to_keep(service):
    """
    While servers are replaced, the name may be of files that this one does not have.
    """
    (answer,) = ask(service, ("/assets/inventory/0123/main.js", {}))

    assert (answer.status_code, answer.text) == (200, text("main.js"))
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["other.js", "document.py", "page.html", "..%2fassets.py"])
def test_no_other_file_is_given(service, name):
    """
    Templates and code are not assets.
    """
    (answer,) = ask(service, (f"{ASSETS.base}/{name}", {}))

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_version_is_that_of_the_content():
    """
    The same files have the same version in every process.
    """
    assert (Assets().version, Assets().base) == (ASSETS.version, ASSETS.base)


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_import_what_is_there(name):
    """
    Each import names a file beside it, and what that file exports.
    """
    found = re.findall(r"^import \{([^}]*)\} from '\./([\w.]+)';$", text(name), re.MULTILINE)
    assert len(found) == len(re.findall(r"^import ", text(name), re.MULTILINE))
    for names, source in found:
        exported = text(source)
        for wanted in (part.strip() for part in names.split(",")):
            assert re.search(rf"^export [^=;(]*\b{wanted}\b", exported, re.MULTILINE), f"{source} has no {wanted}"
            assert len(re.findall(rf"\b{wanted}\b", text(name))) > 1, f"{name} does not use {wanted}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_cannot_write_html(name):
    """
    Text of events becomes text on the page, never markup.
    """
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text(name))


@pytest.mark.parametrize("name", ASSETS.names)
def test_files_name_no_other_host(name):
    """
    The only absolute address is the one that says what SVG is.
    """
    assert set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text(name))) <= {"http://www.w3.org"}


def test_the_page_is_small():
    """
    Scripts and styles together take less than 40 kB on their way, and no script is longer than files here are.
    """
    gzipped = [(b"accept-encoding", b"gzip")]
    sizes = {name: len(ASSETS.find(ASSETS.version, name).answer(gzipped).body) for name in ASSETS.names}

    assert sum(sizes.values()) < 40_000, sizes
    assert max(text(name).count("\n") for name in SCRIPTS) <= 300
