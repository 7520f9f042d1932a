"""
The pictures of what was sold, told, abused and wanted in vain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING, Any

from inventory_stream.records import Record
from inventory_stream.records import activity as a
from inventory_stream.records import inventory as i
from simulator.clock import DAY_S, HOUR_S
from simulator.customers import ORDINARY
from simulator.report.drawing import COLOURS, GREY, event_name, legend_below, legend_beside, line, say, time_axis
from simulator.report.tally import Tally

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMED_EVENTS = 6
CROWD = 40
BARS = 8
MOST_BARS = 45
FEW_TICKETS = 0.05
BINS = 96

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
    named = sorted(filled, key=lambda event: (-round(filled[event], 2), -totals[event]))[:NAMED_EVENTS]
    for event in sorted(filled, key=lambda event: -named.index(event) if event in named else -NAMED_EVENTS):
        share = [100 * sold / max(tally.places[event], 1) for sold in accumulate(tally.sold[event])]
        first = max(next((n for n, sold in enumerate(tally.sold[event]) if sold), 0) - 1, 0)
        style: dict[str, Any] = {"color": GREY, "linewidth": 0.8 if len(totals) < CROWD else 0.4}
        if event in named:
            style = line(
                named.index(event), f"{event_name(tally, event)}, {totals[event]:,} of {tally.places[event]:,}"
            )
        axes.plot(days[first:], share[first:], **style)
    others = len(totals) - len(named)
    axes.set_title(
        f"Tickets sold, by event: the {len(named)} that filled most" + f", and {others} others (grey)" * (others > 0)
    )
    axes.set_ylabel("places sold (%)")
    axes.set_ylim(0, 104)
    time_axis(axes, tally)
    legend_beside(axes, "event, tickets of places")


def records(axes: Axes, tally: Tally) -> None:
    """
    Draw how many records of each group there were in an hour.
    """
    known = {kind for _, kinds in GROUPS for kind in kinds}
    rest = tuple(kind for kind in tally.records if kind not in known)
    step = max(1, tally.slots // BINS)
    stacks = [_an_hour(tally, kinds, step) for _, kinds in (*GROUPS, (OTHERS, rest))]
    labels = [name for name, _ in GROUPS] + [OTHERS]
    axes.stackplot(_days(tally)[::step], stacks, labels=labels, colors=(*COLOURS[:6], GREY), step="post", linewidth=0)
    axes.set_title("Records an hour")
    axes.set_ylabel(f"records an hour, mean of {step * tally.slot_s / HOUR_S:.2g} hours")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylim(bottom=0)
    time_axis(axes, tally)
    legend_below(axes)


def abuse(axes: Axes, tally: Tally) -> None:
    """
    Draw which share of the tickets went to each strategy, day by day or, in a long run, some days together.
    """
    width = max(1, ceil(tally.days / MOST_BARS))
    bars: dict[int, Counter[str]] = {}
    for day, tickets in tally.tickets.items():
        bars.setdefault((day - tally.start.date()).days // width, Counter()).update(tickets)
    # Of a handful of tickets a share says nothing.
    usual = _total(bars.values()).total() / max(len(bars), 1)
    bars = {bar: tickets for bar, tickets in bars.items() if tickets.total() > FEW_TICKETS * usual}
    midnight = (datetime.combine(tally.start.date(), time(), UTC) - tally.start) / timedelta(days=1)
    x, floor = [midnight + width * bar for bar in bars], [0.0] * len(bars)
    for place, strategy in enumerate(sorted({kind for tickets in bars.values() for kind in tickets} - {ORDINARY})):
        shares = [100 * tickets[strategy] / max(tickets.total(), 1) for tickets in bars.values()]
        axes.bar(x, shares, bottom=floor, width=0.9 * width, align="edge", color=COLOURS[place % 8], label=strategy)
        floor = [low + share for low, share in zip(floor, shares, strict=True)]
    axes.set_title("Tickets that went to abusers, by strategy")
    axes.set_ylabel("share of the day's tickets (%)" if width == 1 else f"share of {width} days' tickets (%)")
    axes.set_ylim(0, max(5.0, 1.25 * max(floor, default=0.0)))
    time_axis(axes, tally)
    if any(floor):
        legend_below(axes)
    else:
        say(axes, "nobody abuses this world")


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
    axes.set_yticks(range(len(events)), [event_name(tally, event) for event in events])
    axes.set_title("Tickets wanted in vain, and why")
    axes.set_xlabel("tickets wanted by customers who got none that day")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(visible=False, axis="y")
    if events:
        legend_below(axes)
    else:
        say(axes, "everybody got what they wanted")


def totals(tally: Tally) -> str:
    """
    Return the run in figures, as one line.
    """
    visits, bought = tally.visits.by_device.total(), tally.bought.by_device.total()
    tickets = _total(tally.tickets.values())
    abusive = tickets.total() - tickets[ORDINARY]
    return "  ·  ".join(
        (
            f"{sum(map(sum, tally.records.values())):,} records",
            f"{len(tally.names):,} events",
            f"{visits:,} visits, {100 * bought / max(visits, 1):.1f} % bought",
            f"{tickets.total():,} tickets, {100 * abusive / max(tickets.total(), 1):.1f} % to abusers",
            f"{tally.takings / 100:,.0f} USD taken",
            f"{_total(tally.unmet.values()).total():,} tickets wanted in vain",
        )
    )


def _days(tally: Tally) -> list[float]:
    return [slot * tally.slot_s / DAY_S for slot in range(tally.slots)]


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
