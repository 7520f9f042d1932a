"""
What answers say beyond what was answered: limits, protection, and what pages of other sites may do.
"""

import pytest

from gateway.limits.classes import CLASSES

SITE = "https://tickets.example"
READY = "/v1/events/e-1"  # asked twice, it lies ready the second time
PREFLIGHT = {"Origin": SITE, "Access-Control-Request-Method": "GET"}


@pytest.fixture
def limited(gateway, services):
    """A client of a gateway with a hundredth of the budgets, which keeps answers for long."""
    return gateway(inventory_api_url=services["inventory_api"].url, rate_factor=0.01, cache_s=1000)


def test_what_is_left_is_on_every_answer(limited):
    """Answers that were passed on, that lay ready and that are refusals say the same two headers."""
    asked = [limited.get(path) for path in ("/v1/events/e-1", "/v1/events/e-1", "/v1/events/e-1?min_position=")]

    assert all(answer.headers["ratelimit-policy"] == '"network";q=20;w=2' for answer in asked)
    assert [answer.headers["ratelimit"].partition(";t")[0] for answer in asked] == [
        f'"network";r={left}' for left in (9, 8, 7)
    ]


@pytest.mark.parametrize("path", ["/v1/events/e-1", "/v1/events/e-1?min_position="])
def test_too_many_requests_are_a_problem(limited, services, path):
    """Whether the answer lies ready or not, 429 says when to come back, and the service does not hear of it."""
    answers = [limited.get(path) for _ in range(40)]
    refused = answers[-1]

    assert (refused.status_code, refused.json()["type"]) == (429, "urn:seatstream:problem:too-many-requests")
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit"].startswith('"network";r=0;t=')
    assert services["inventory_api"].seen <= sum(answer.status_code == 200 for answer in answers)


def test_own_pages_are_counted_too(limited):
    """Nobody keeps the gateway busy with its own pages; those who watch over it are not refused for asking often."""
    pages = [limited.get(path) for path in ("/status", "/metrics", "/docs", "/openapi.json")]
    probes = [limited.get("/healthz") for _ in range(40)]
    refused = [limited.get("/metrics") for _ in range(40)][-1]

    assert all(answer.headers["ratelimit-policy"] == '"network";q=20;w=2' for answer in pages)
    assert {answer.status_code for answer in probes} == {200}
    assert refused.status_code == 429


def test_a_fan_with_a_session_has_limits_of_their_own(gateway, services):
    """Also where the answer lies ready: whoever is known is not counted with all behind their network."""
    client = gateway(inventory_api_url=services["inventory_api"].url, cache_s=1000)
    client.post("/v1/activity", json={})
    asked = [client.get("/v1/events/e-1").headers["ratelimit"].partition(";t")[0] for _ in range(2)]
    client.cookies.clear()
    stranger = client.get("/v1/events/e-1", headers={"Cookie": "seatstream_session=made-up.9999999999.0"})

    assert asked == ['"caller";r=59', '"caller";r=58']
    assert stranger.headers["ratelimit"].startswith('"network";')


def test_limits_can_be_off(gateway, services):
    """A factor of zero counts nothing."""
    client = gateway(inventory_api_url=services["inventory_api"].url, rate_factor=0, cache_s=1000)
    answers = [client.get("/v1/events/e-1") for _ in range(2)]

    assert not any("ratelimit" in answer.headers for answer in answers)


def test_every_class_is_tighter_for_a_caller_than_for_a_network():
    """Nobody can be refused by their own budget only after their network's."""
    assert all(own.per_s < network.per_s and own.burst < network.burst for own, network in CLASSES.values())


@pytest.mark.parametrize("path", ["/v1/events/e-1", "/nothing", "/healthz"])
def test_every_answer_protects_its_reader(limited, path):
    """Answers are taken for what they say they are, load nothing and are framed by nobody."""
    answer = limited.get(path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("sent", [{}, {"Origin": SITE}, {"If-None-Match": "*"}])
def test_behind_https_every_answer_says_to_stay_there(gateway, services, sent):
    """Passed on, ready, at a glance and at a closer look, a page and problems: each says it once, and for a year."""
    client = gateway(inventory_api_url=services["inventory_api"].url, secure_cookies=True, cache_s=1000)
    paths = (READY, READY, f"{READY}?min_position=", "/healthz", "/nothing", "/v1/events/%2f", "/v1/models")
    answers = [client.get(path, headers=sent) for path in paths]

    said = [answer.headers.get_list("strict-transport-security") for answer in answers]
    assert [answer.status_code for answer in answers][3:] == [200, 404, 400, 503]
    assert said == [["max-age=31536000"]] * len(paths)
    assert services["inventory_api"].seen == 2


def test_a_browser_that_asks_beforehand_is_told_to_stay_with_https(gateway):
    """A preflight is an answer like any other."""
    client = gateway(secure_cookies=True, cors_origins=[SITE])

    assert "strict-transport-security" in client.options("/v1/events", headers=PREFLIGHT).headers


def test_without_https_nothing_is_said_about_it(limited):
    """A machine of one's own stays within reach of its browser."""
    answers = [limited.get(path) for path in (READY, READY, "/nothing")]

    assert not any("strict-transport-security" in answer.headers for answer in answers)


def test_what_a_page_says_itself_is_left(client):
    """A page's own policy is not doubled."""
    answer = client.get("/status", headers={"Accept": "text/html"})

    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert "style-src" in answer.headers["content-security-policy"]


def test_other_sites_read_nothing_by_default(client):
    """Without configuration no origin is named, and a browser that asks beforehand is refused."""
    answer, asked = client.get("/v1/events", headers={"Origin": SITE}), client.options("/v1/events", headers=PREFLIGHT)

    assert "access-control-allow-origin" not in answer.headers
    assert (asked.status_code, asked.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(("allowed", "said"), [([SITE], SITE), (["*"], "*")])
def test_allowed_sites_may_read(gateway, services, allowed, said):
    """Answers, refusals and ready ones too, name the origin and what a script may see."""
    client = gateway(inventory_api_url=services["inventory_api"].url, cors_origins=allowed, cache_s=1000)
    asked = [client.get(path, headers={"Origin": SITE}) for path in ("/v1/events", "/v1/events", "/nothing")]

    assert [answer.headers["access-control-allow-origin"] for answer in asked] == [said] * 3
    exposed = asked[0].headers["access-control-expose-headers"].split(", ")
    assert {"RateLimit", "Idempotency-Replayed"} <= {*exposed}


def test_other_sites_than_the_allowed_may_not(gateway, services):
    """An origin that is not named gets no permission."""
    client = gateway(inventory_api_url=services["inventory_api"].url, cors_origins=[SITE])

    assert "access-control-allow-origin" not in client.get("/v1/events", headers={"Origin": f"{SITE}.evil"}).headers


@pytest.mark.parametrize("origin", [None, "null", "https://other.example"])
def test_what_others_are_given_is_not_kept_for_allowed_sites(gateway, services, origin):
    """Answers say that they depend on the origin, also ready ones and those without one; nobody else is permitted."""
    client = gateway(inventory_api_url=services["inventory_api"].url, cors_origins=[SITE], cache_s=1000)
    sent = {"Origin": origin} if origin else {}
    answers = [client.get(path, headers=sent) for path in ("/v1/events", "/v1/events", "/nothing", "/healthz")]

    assert ["origin" in answer.headers.get("vary", "").lower() for answer in answers] == [True] * 4
    assert not any("access-control-allow-origin" in answer.headers for answer in answers)


def test_a_browser_may_ask_beforehand(gateway, services):
    """A preflight names the methods of the path, and does not reach the service."""
    client = gateway(inventory_api_url=services["inventory_api"].url, cors_origins=[SITE])
    answer = client.options("/v1/activity", headers=PREFLIGHT)

    assert (answer.status_code, answer.headers["access-control-allow-methods"]) == (204, "POST")
    assert "Idempotency-Key" in answer.headers["access-control-allow-headers"]
    assert not services["inventory_api"].seen


def test_a_browser_may_ask_beforehand_for_own_pages(gateway):
    """Pages of allowed sites may show how the system is."""
    answer = gateway(cors_origins=[SITE]).options("/status", headers=PREFLIGHT)

    assert (answer.status_code, answer.headers["access-control-allow-methods"]) == (204, "GET")


def test_nothing_personal_is_logged(gateway, services, log_lines):
    """A line has the route, not the path, the query or who asked."""
    client = gateway(fraud_api_url=services["fraud_api"].url)
    client.get("/v1/customers/c-12345?q=secret", headers={"Cookie": "session=xyz"})
    while not any("/v1/customers" in line for line in log_lines):
        client.get("/healthz")
    text = "".join(log_lines)

    assert '"path":"/v1/customers/{customer_id}"' in text
    assert not any(word in text for word in ("c-12345", "secret", "xyz", "127.0.0.1"))
