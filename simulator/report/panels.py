"""
The pictures on the page. Colours are those of Okabe and Ito, which people of any sight can tell apart; lines differ in
their dashes as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from inventory_stream.records import Record
from inventory_stream.records import activity as a
from inventory_stream.records import inventory as i
from simulator.clock import DAY_S, HOUR_S
from simulator.customers import ORDINARY
from simulator.report.tally import Tally, Visits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#000000", "#F0E442")
GREY = "#b5b5b5"
SHADE = "#D55E00"
DASHES = ("-", "--", "-.", ":")
NAMED_EVENTS = 6
BARS = 8
FEW_VISITS = 25
POINTS = 48

GROUPS: tuple[tuple[str, tuple[type[Record], ...]], ...] = (
    ("look and search", (a.EventViewed, a.SeatsViewed, a.SearchMade, a.CustomerSignedIn)),
    ("queue", (a.QueueJoined, a.QueueLeft)),
    ("hold", (i.SeatsHeld, i.HoldEnded)),
    ("check out", (a.CheckoutStarted, a.CheckoutFailed, a.PaymentDeclined)),
    ("order and refund", (i.OrderPlaced, i.OrderRefunded)),
    ("resell, transfer, scan", (i.ListingOpened, i.ListingEnded, i.ListingSold, i.TicketTransferred, i.TicketScanned)),
)
OTHERS = "catalogue and labels"


def sales(axes: Axes, tally: Tally) -> None:
    """
    Draw how the places of each event filled; those that filled most are named.
    """
    days = _days(tally)
    totals = {event: sum(tickets) for event, tickets in tally.sold.items()}
    filled = {event: sold / max(tally.places[event], 1) for event, sold in totals.items()}
    named = sorted(filled, key=lambda event: (-filled[event], event))[:NAMED_EVENTS]
    for event in sorted(filled, key=lambda event: -named.index(event) if event in named else -NAMED_EVENTS):
        share = [100 * sold / max(tally.places[event], 1) for sold in accumulate(tally.sold[event])]
        first = max(next((n for n, sold in enumerate(tally.sold[event]) if sold), 0) - 1, 0)
        style: dict[str, Any] = {"color": GREY, "linewidth": 0.8}
        if event in named:
            style = _line(named.index(event), f"{_event(tally, event)}, {totals[event]:,} of {tally.places[event]:,}")
        axes.plot(days[first:], share[first:], **style)
    others = len(totals) - len(named)
    axes.set_title(
        f"Tickets sold, by event: the {len(named)} that filled most" + f", and {others} others (grey)" * (others > 0)
    )
    axes.set_ylabel("places sold (%)")
    axes.set_ylim(0, 104)
    _time_axis(axes, tally)
    _legend_beside(axes, "event, tickets of places")


def conversion(axes: Axes, tally: Tally) -> None:
    """
    Draw which share of the visits bought, by kind of device or by region, with problems shaded.
    """
    regions = {row["region"] for row in tally.problems if row["region"]}
    by = "region" if regions else "kind of device"
    groups: dict[str, list[Visits]] = {}
    for (device, region), visits in tally.visits.items():
        groups.setdefault(
            (region if region in regions else "all others") if regions else device or "unknown", []
        ).append(visits)
    for place, name in enumerate(sorted(groups)[: len(COLOURS)]):
        x, y = _rates(tally, groups[name])
        axes.plot(x, y, marker=".", **_line(place, name))
    axes.set_title(f"Visits that bought, by {by}; problems are shaded")
    axes.set_ylabel("visits that bought (%)")
    axes.set_ylim(bottom=0)
    _time_axis(axes, tally)
    _shade(axes, tally)
    _legend_beside(axes, by)


def records(axes: Axes, tally: Tally) -> None:
    """
    Draw how many records of each group there were in an hour.
    """
    known = {kind for _, kinds in GROUPS for kind in kinds}
    rest = tuple(kind for kind in tally.records if kind not in known)
    step = max(1, tally.slots // (2 * POINTS))
    stacks = [_an_hour(tally, kinds, step) for _, kinds in (*GROUPS, (OTHERS, rest))]
    labels = [name for name, _ in GROUPS] + [OTHERS]
    axes.stackplot(_days(tally)[::step], stacks, labels=labels, colors=(*COLOURS[:6], GREY), step="post", linewidth=0)
    axes.set_title("Records an hour")
    axes.set_ylabel(f"records an hour, mean of {step * tally.slot_s / HOUR_S:.2g} hours")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylim(bottom=0)
    _time_axis(axes, tally)
    _legend_below(axes)


def abuse(axes: Axes, tally: Tally) -> None:
    """
    Draw which share of the tickets of a day went to each strategy.
    """
    strategies = sorted({kind for counts in tally.tickets.values() for kind in counts} - {ORDINARY})
    first = tally.start.date()
    days = sorted(tally.tickets)
    x = [(day - first).days for day in days]
    floor = [0.0] * len(days)
    for place, strategy in enumerate(strategies):
        shares = [100 * tally.tickets[day][strategy] / max(tally.tickets[day].total(), 1) for day in days]
        axes.bar(x, shares, bottom=floor, width=0.9, align="edge", color=COLOURS[place % 8], label=strategy)
        floor = [low + share for low, share in zip(floor, shares, strict=True)]
    axes.set_title("Tickets that went to abusers, by strategy")
    axes.set_ylabel("share of the day's tickets (%)")
    axes.set_ylim(0, max(5.0, 1.25 * max(floor, default=0.0)))
    _time_axis(axes, tally)
    if strategies:
        _legend_below(axes)
    else:
        _say(axes, "nobody abuses this world")


def unmet(axes: Axes, tally: Tally) -> None:
    """
    Draw the events of which most tickets were wanted in vain, and why.
    """
    events = sorted(tally.unmet, key=lambda event: (-tally.unmet[event].total(), event))[:BARS][::-1]
    reasons = [reason for reason, _ in _total(tally.unmet.values()).most_common()]
    left = [0] * len(events)
    for place, reason in enumerate(reasons):
        tickets = [tally.unmet[event][reason] for event in events]
        axes.barh(range(len(events)), tickets, left=left, color=COLOURS[place % 8], label=reason.replace("_", " "))
        left = [low + more for low, more in zip(left, tickets, strict=True)]
    axes.set_yticks(range(len(events)), [_event(tally, event) for event in events])
    axes.set_title("Tickets wanted in vain, and why")
    axes.set_xlabel("tickets wanted by customers who got none that day")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(visible=False, axis="y")
    if events:
        _legend_below(axes)
    else:
        _say(axes, "everybody got what they wanted")


def totals(axes: Axes, tally: Tally) -> None:
    """
    Write the run in figures, and list its problems.
    """
    visits, bought = sum(sum(v.all) for v in tally.visits.values()), sum(sum(v.bought) for v in tally.visits.values())
    tickets = _total(tally.tickets.values())
    abusive = tickets.total() - tickets[ORDINARY]
    lines = [
        f"{sum(map(sum, tally.records.values())):,} records, {len(tally.names):,} events",
        f"{visits:,} visits, {100 * bought / max(visits, 1):.1f} % of them bought",
        f"{tickets.total():,} tickets bought, {100 * abusive / max(tickets.total(), 1):.1f} % by abusers",
        f"{tally.takings / 100:,.0f} taken (fees included, refunds taken off)",
        f"{_total(tally.unmet.values()).total():,} tickets wanted in vain",
        "",
        "Problems, from day to day:" if tally.problems else "No problems.",
        *[_problem(tally, row) for row in _worst(tally.problems)],
    ]
    axes.set_axis_off()
    axes.set_title("In figures")
    axes.text(0, 1, "\n".join(lines), va="top", linespacing=1.5, transform=axes.transAxes)


def _worst(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(problems, key=lambda row: (row["kind"].startswith("delivery."), row["start"], -row["hits"]))[:9]


def _problem(tally: Tally, row: dict[str, Any]) -> str:
    begin, end = ((row[name] - tally.start).total_seconds() / DAY_S for name in ("start", "end"))
    event = _event(tally, row["event_id"]) if row["event_id"] else ""
    where = [event, row["section"] and f"section {row['section']}", row["region"], row["device_kind"]]
    return f"{begin:.1f} … {end:.1f}  {row['kind'].replace('_', ' ')} " + ", ".join(
        [*filter(None, where), f"{row['hits']:,} hit"]
    )


def _rates(tally: Tally, groups: Sequence[Visits]) -> tuple[list[float], list[float]]:
    """
    Return days and percentages, over as many slots at a time as `POINTS` points leave; points of few visits are left out.
    """
    step = max(1, tally.slots // POINTS)
    x, y = [], []
    for first in range(0, tally.slots, step):
        seen, bought = (
            sum(sum(slots[first : first + step]) for slots in column) for column in zip(*groups, strict=True)
        )
        if seen >= FEW_VISITS:
            x.append((first + step / 2) * tally.slot_s / DAY_S)
            y.append(100 * bought / seen)
    return x, y


def _shade(axes: Axes, tally: Tally) -> None:
    for row in tally.problems:
        if row["kind"].startswith("delivery."):
            continue
        begin, end = ((row[name] - tally.start).total_seconds() / DAY_S for name in ("start", "end"))
        axes.axvspan(begin, end, color=SHADE, alpha=0.15, linewidth=0)
        axes.annotate(
            row["kind"].replace("_", " "),
            (begin, 0.98),
            xycoords=("data", "axes fraction"),
            rotation=90,
            va="top",
            ha="right",
            fontsize=8,
        )


def _days(tally: Tally) -> list[float]:
    return [slot * tally.slot_s / DAY_S for slot in range(tally.slots)]


def _time_axis(axes: Axes, tally: Tally) -> None:
    axes.set_xlim(0, tally.days)
    axes.set_xlabel(f"days since {tally.start:%Y-%m-%d %H:%M} UTC")


def _legend_beside(axes: Axes, title: str) -> None:
    if not axes.get_legend_handles_labels()[0]:
        return
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), title=title, alignment="left")


def _legend_below(axes: Axes) -> None:
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, columnspacing=1.2, handlelength=1.4)


def _say(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", color="#555555")


def _event(tally: Tally, event_id: str) -> str:
    """
    Return the end of an event's id, by which scenarios name it, and its name as far as there is room.
    """
    name = tally.names.get(event_id, "")
    return f"{event_id.rpartition('-')[2]} " + (name if len(name) <= 24 else name[:23] + "…")


def _line(place: int, label: str) -> dict[str, Any]:
    return {"color": COLOURS[place % 8], "linestyle": DASHES[place % 4], "linewidth": 1.8, "label": label}


def _an_hour(tally: Tally, kinds: Sequence[type[Record]], step: int) -> list[float]:
    counts = [
        sum(slots) for slots in zip(*(tally.records[kind] for kind in kinds if kind in tally.records), strict=True)
    ]
    hours = step * tally.slot_s / HOUR_S
    return [sum(counts[first : first + step]) / hours for first in range(0, tally.slots, step)]


def _total(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total
