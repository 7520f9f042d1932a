"""
The merged document says what the door does, whatever the services say of themselves.
"""

import pytest

from gateway.described import described, own_components
from gateway.document import merge
from gateway.routes import ROUTES, Route

OPEN = Route("GET", "/v1/open", "inventory_api", "fans", 5)
CLOSED = Route("GET", "/v1/closed", "fraud_api", "internal", 5, rate="partner")
APPENDING = Route("POST", "/v1/appending", "inventory_api", "fans", 5, "write", keyed=True)
PLAIN = {"description": "Read.", "responses": {"200": {"description": "ok"}, "4XX": {"description": "wrong"}}}


def test_who_may_ask():
    """Open routes need nothing; all others a key or token, and may be refused for the lack of it."""
    of_all, of_some = described(PLAIN, OPEN), described(PLAIN, CLOSED)

    assert (of_all["security"], of_some["security"]) == ([], [{"bearer": []}])
    assert of_some["responses"].keys() - of_all["responses"].keys() == {"401", "403"}
    assert (of_all["x-audience"], of_some["x-rate-class"]) == ("fans", "partner")
    assert of_some["description"] == "Read.\n\nFor internal services: a key or token with that role."


def test_what_the_door_answers():
    """Limits, overload and failing services are answers of every route; those of the service stay."""
    responses = described(PLAIN, OPEN)["responses"]

    assert responses.keys() == {"200", "4XX", "429", "502", "503", "504"}
    assert responses["429"] == {"$ref": "#/components/responses/Refused429"}
    assert responses["4XX"] == PLAIN["responses"]["4XX"]


def test_what_a_service_says_of_a_refusal_counts():
    """Where the service describes a status itself, its words stay."""
    own = {"description": "The customer is unknown here"}
    operation = {"responses": {"503": own}}

    assert described(operation, OPEN)["responses"]["503"] == own


def test_headers_of_answers():
    """What the gateway tells in headers stands beside what the service tells."""
    said = {"200": {"description": "ok", "headers": {"ETag": {}}}, "4XX": {"description": "wrong"}}
    responses = described({"responses": said}, OPEN)["responses"]

    assert responses["200"]["headers"].keys() == {"ETag", "traceparent", "RateLimit", "RateLimit-Policy"}
    assert "headers" not in responses["4XX"]


@pytest.mark.parametrize(("route", "names"), [(APPENDING, ["x", "Idempotency-Key"]), (OPEN, ["x"])])
def test_idempotency_keys(route, names):
    """Routes that append take a key, beside their own parameters."""
    operation = described({"parameters": [{"name": "x"}]}, route)

    assert [parameter["name"] for parameter in operation["parameters"]] == names


def test_the_service_s_description_is_not_changed():
    """Describing a route twice gives the same."""
    assert described(PLAIN, CLOSED) == described(PLAIN, CLOSED)
    assert PLAIN["responses"].keys() == {"200", "4XX"}


def test_without_any_service():
    """What the gateway answers itself is described although nothing is behind it."""
    document = merge({"inventory_api": None}, ROUTES, "1.0")

    assert (list(document["paths"]), document["x-unavailable"]) == (["/status"], ["inventory_api"])
    assert {"Overview", "Row", "Problem", "FieldError"} <= own_components()["schemas"].keys()
