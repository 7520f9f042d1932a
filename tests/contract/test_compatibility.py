"""
Each way to break the contract is found and said in a sentence; what may change, may.
"""

from typing import Annotated, Literal

import msgspec
import pytest

from inventory_stream.records.compatibility import incompatibilities


class Price(msgspec.Struct, omit_defaults=True):
    """
    What a record holds inside.
    """

    cents: int


class Show(msgspec.Struct, omit_defaults=True, tag="show.v1", kw_only=True):
    """
    A type as it was released.
    """

    show_id: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    seats: Annotated[tuple[str, ...], msgspec.Meta(max_length=10)] = ()
    kind: Literal["matinee", "evening"] = "evening"
    price: Price | None = None
    prices: tuple[Price, ...] = ()
    names: dict[str, str] = {}
    points: tuple[tuple[int, int], ...] = ()
    rate: float = 0.0
    whole: int = 0


def schema(changed: dict[str, object], *, without: str = "") -> dict:
    """
    Return the schema of `Show` with some fields changed: name → (type,) or (type, default).
    """
    fields = {field.name: (field.type, _default(field)) for field in msgspec.structs.fields(Show)}
    fields |= changed
    definition = [
        (name, *(part for part in parts if part is not ...)) for name, parts in fields.items() if name != without
    ]
    struct = msgspec.defstruct("Show", definition, omit_defaults=True, tag="show.v1", kw_only=True)
    return msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(struct)))


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return ... if field.default is msgspec.NODEFAULT else field.default


def broken(changed: dict[str, object], *, without: str = "") -> list[str]:
    """
    Return the sentences about a change.
    """
    return incompatibilities({"show.v1": schema({})}, {"show.v1": schema(changed, without=without)})


def test_a_removed_field() -> None:
    """
    What was written in a removed field would be lost.
    """
    assert broken({}, without="kind") == ["show.v1: field kind was removed, so what was written in it is lost"]


def test_a_changed_type() -> None:
    """
    Text that becomes a number cannot be read.
    """
    assert broken({"show_id": (int,)}) == ["show.v1: field show_id changed its type from string to integer"]


def test_a_new_required_field() -> None:
    """
    Records of before lack it.
    """
    assert broken({"hall": (str,)}) == [
        "show.v1: field hall is new and required, but records already written may lack it"
    ]


def test_a_field_that_became_required() -> None:
    """
    Records that left it out cannot be read.
    """
    assert broken({"whole": (int,)}) == [
        "show.v1: field whole became required, but records already written may lack it"
    ]


def test_a_removed_record_type() -> None:
    """
    The stream still holds records of it.
    """
    assert incompatibilities({"show.v1": schema({})}, {}) == [
        "show.v1: the record type was removed, but the stream still holds records of it"
    ]


@pytest.mark.parametrize(
    ("field", "change", "sentence"),
    [
        ("show_id", (Annotated[str, msgspec.Meta(min_length=1, max_length=60)],), "maxLength was 120 and is 60"),
        ("show_id", (Annotated[str, msgspec.Meta(min_length=2, max_length=120)],), "minLength was 1 and is 2"),
        ("seats", (Annotated[tuple[str, ...], msgspec.Meta(max_length=5)], ()), "maxItems was 10 and is 5"),
        ("whole", (Annotated[int, msgspec.Meta(ge=0)], 0), "minimum was open and is 0"),
        (
            "show_id",
            (Annotated[str, msgspec.Meta(min_length=1, max_length=120, pattern="^s")],),
            "pattern was open and is ^s",
        ),
        ("kind", (Literal["evening"], "evening"), "matinee is no longer allowed"),
    ],
)
def test_a_narrowed_limit(field: str, change: tuple[object, ...], sentence: str) -> None:
    """
    A value of before would be refused.
    """
    assert broken({field: change}) == [f"show.v1: field {field} is narrower: {sentence}"]


def test_a_changed_default() -> None:
    """
    A value that equals the default is left out of the bytes, so a new default would rewrite old records.
    """
    assert broken({"whole": (int, 1)}) == [
        "show.v1: field whole had the default 0 and has 1, which rewrites old records"
    ]


class Dearer(msgspec.Struct, omit_defaults=True):
    """
    A price with a field more that is required.
    """

    cents: int
    currency: str


@pytest.mark.parametrize(
    ("field", "change", "sentence"),
    [
        ("price", (Dearer | None, None), "price changed its type: object is no longer allowed"),
        ("price", (Price, msgspec.field(default_factory=lambda: Price(0))), "price changed its type: null"),
        ("prices", (tuple[Dearer, ...], ()), "prices[].currency is new and required"),
        ("prices", (tuple[Price, Price], (Price(0), Price(0))), "prices changed its type: items of a list"),
        ("names", (dict[str, int], {}), "names{} changed its type from string to integer"),
        ("points", (tuple[tuple[int, int, int], ...], ()), "points[] changed its type: it had 2 fixed items and has 3"),
        ("points", (tuple[tuple[int, str], ...], ()), "points[][1] changed its type from integer to string"),
        ("rate", (int, 0), "rate changed its type from number to integer"),
    ],
)
def test_a_break_deep_inside(field: str, change: tuple[object, ...], sentence: str) -> None:
    """
    Structs, lists, maps and tuples within a record are compared, too, and the place is named.
    """
    assert any(sentence in found for found in broken({field: change}))


@pytest.mark.parametrize(
    "change",
    [
        {"hall": (str, "")},
        {"show_id": (Annotated[str, msgspec.Meta(max_length=500)],)},
        {"kind": (Literal["matinee", "evening", "night"], "evening")},
        {"kind": (str, "evening")},
        {"whole": (float, 0)},
        {"whole": (int | None, 0)},
        {"seats": (tuple[str, ...], ())},
    ],
)
def test_what_may_change(change: dict[str, object]) -> None:
    """
    New optional fields, wider limits and wider types are compatible.
    """
    assert broken(change) == []


def test_a_new_record_type_is_welcome() -> None:
    """
    Types that were never released are no concern.
    """
    assert incompatibilities({}, {"show.v1": schema({})}) == []
