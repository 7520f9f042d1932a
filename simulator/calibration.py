"""
`python -m simulator.calibration [FILE]`: what is measured on the scenario `season`, beside what is published about life.

Prints the rows of the table in docs/simulator.md; with that file's name, puts them there. A target without a source is a
guess, and says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from math import log
from pathlib import Path
from typing import NamedTuple

from inventory_stream.records.inventory import OrderPlaced
from simulator.plans import DemandPlan, Programme, SupplyPlan
from simulator.scenario import Scenario, load_scenario
from simulator.simulation import simulate
from simulator.tally import Tally
from simulator.truth import Truth

START = datetime(2026, 1, 5, tzinfo=UTC)
SEED, DAYS = 1, 40.0


class Target(NamedTuple):
    """
    One figure: what it is, what is published about it, the band that the simulated value must lie in, where it is published,
    and how it is measured.
    """

    what: str
    published: str
    least: float
    most: float
    source: str
    measure: Callable[[Tally], float]
    unit: str = "%"

    def row(self, tally: Tally) -> str:
        """
        Return its row of the table.
        """
        scale = 100 if self.unit == "%" else 1
        value = f"{self.measure(tally) * scale:.{0 if self.unit == '%' else 1}f} {self.unit}".strip()
        band = f"{self.least * scale:g} to {self.most * scale:g}"
        return f"| {self.what} | {self.published} | {band} | {value} | {self.source} |"


TARGETS = (
    Target(
        "holds that do not end in an order",
        "70 % of carts are abandoned",
        0.55,
        0.75,
        "Baymard Institute, mean of 49 studies, by [Edmonds Commerce](https://edmondscommerce.co.uk/research/ecommerce/cart-abandonment)",
        lambda it: 1 - it.completed / it.holds,
    ),
    Target(
        "sessions on an event's page that buy",
        "13 % of visitors of ticket pages; 15 % is usual",
        0.1,
        0.2,
        "[Quicket](https://blog.quicket.com/2017/11/26/conversion-rates-make-sing/)",
        lambda it: it.completed / it.views,
    ),
    Target(
        "days from order to show, median",
        "half of the tickets within 20 days",
        10,
        30,
        "[RedPodium](https://www.redpodium.com/blog/people-procrastinate-we-got-science/), 477,398 tickets",
        lambda it: it.lead_days(0.5),
        "days",
    ),
    Target(
        "tickets of club nights sold in the last seven days",
        "57 %, US music events in 2024",
        0.35,
        0.65,
        "Eventbrite, by [CMU](https://completemusicupdate.com/the-covid-trend-of-late-in-the-day-ticket-purchases-has-continued-says-eventbrite)",
        lambda it: it.late_club / it.club,
    ),
    Target(
        "tickets of a general sale sold on its first day",
        "a guess: no public figure was found",
        0.2,
        0.6,
        "guess",
        lambda it: it.first_day / it.tickets,
    ),
    Target(
        "tickets sold in presales, of shows that have one",
        "38 % for the most wanted concerts in New York",
        0.15,
        0.45,
        "New York Attorney General 2016, by [HSquared](http://hsquaredmagazine.com/2016/05/17/governor-andrew-cuomo-forms-working-group-to-study-ticket-sales/)",
        lambda it: it.presale / it.presale_shows,
    ),
    Target(
        "seats kept back until shortly before the show",
        "16 % for the most wanted concerts in New York",
        0.02,
        0.16,
        "the same",
        lambda it: it.blocked / it.released,
    ),
    Target(
        "tickets that are bought in pairs",
        "37 % at 255 British venues",
        0.3,
        0.5,
        "[Audience Answers](https://evidence.audienceanswers.org/en/evidence/articles/changes-party-sizes)",
        lambda it: it.sizes[2] * 2 / it.tickets,
    ),
    Target(
        "tickets bought by groups of more than twelve",
        "16 % at the same venues",
        0.08,
        0.22,
        "the same",
        lambda it: sum(size * count for size, count in it.sizes.items() if size > 12) / it.tickets,
    ),
    Target(
        "fees, of the face value",
        "27 % on the primary market",
        0.24,
        0.32,
        "[GAO-18-347](https://www.gao.gov/products/gao-18-347)",
        lambda it: it.fees / it.face,
    ),
    Target(
        "payment attempts that are declined",
        "13 to 15 % of card payments online",
        0.07,
        0.16,
        "[Noah News](https://noah-news.com/card-declines-challenge-e-commerce-success-but-technology-offers-solutions)",
        lambda it: it.declines / (it.declines + it.completed),
    ),
    Target(
        "checkouts that end at a declined payment, of those that meet one",
        "39 % of shoppers then do not buy",
        0.25,
        0.55,
        "[Guardian Pays](http://www.guardianpays.com/understanding-ecommerce-decline-rates/)",
        lambda it: it.given_up / len(it.declined),
    ),
    Target(
        "tickets that nobody comes with",
        "12 % at Live Nation in 2019, below 4 % at the largest shows",
        0.04,
        0.14,
        "[Consequence](https://beta.consequence.net/2021/12/concert-no-shows-2021/)",
        lambda it: it.no_shows / it.expected,
    ),
    Target(
        "tickets given back when a show moves",
        "14 % at Live Nation in 2020",
        0.08,
        0.2,
        "[Billboard](https://www.billboard.com/articles/business/9430533/live-nation-86-percent-declined-refund-behind-the-statistic/)",
        lambda it: it.moved_back / max(1, it.moved_sold),
    ),
    Target(
        "tickets given back otherwise",
        "a guess: sellers publish terms, not rates",
        0.01,
        0.05,
        "guess",
        lambda it: it.given_back / it.tickets,
    ),
    Target(
        "tickets that are sold again",
        "10 % of concert tickets",
        0.04,
        0.15,
        "[Connolly and Krueger 2018](https://fdocuments.net/document/the-secondary-market-for-concert-tickets-theory-and-evidence1-1022018-the.html)",
        lambda it: it.resold / it.tickets,
    ),
    Target(
        "what is asked more when tickets are sold again",
        "45 to 60 % on average",
        0.15,
        0.7,
        "[Krueger and Pray 2008](https://studylib.net/doc/10820558/preliminary--not-for-citation)",
        lambda it: it.resale_paid / it.resale_cost - 1,
    ),
    Target(
        "how much less is bought when all costs 1 % more",
        "weak, between 0 and -1: theatres and sports",
        -1.0,
        -0.2,
        "[Ozhegova and Ozhegov 2018](https://econpapers.repec.org/article/neajournl/y_3a2018_3ai_3a37_3ap_3a87-110.htm); the width of the band is a guess",
        lambda it: it.elasticity,
        "",
    ),
    Target(
        "activity of abusers, of all activity",
        "40 % of requests on ticket sites are bad bots; a session here is many requests, so lower",
        0.03,
        0.4,
        "Distil Networks 2019, by [The Ticketing Business](https://www.theticketingbusiness.com/2019/03/22/primary-markets-hit-hardest-bad-bots-report/)",
        lambda it: it.abuse / it.activity,
    ),
)


def elasticity(seed: int = SEED) -> float:
    """
    Return by how many percent people buy more when everything costs one percent more: less than zero.

    Two worlds that differ in their prices alone, with room for everybody, no abusers and no other date to go to.
    """
    cheap, dear = (_sold_at(markup, seed) for markup in (0.85, 1.15))
    return log(dear / cheap) / log(1.15 / 0.85)


def _sold_at(markup: float, seed: int) -> int:
    programme = Programme(every_days=0.5, popularity=(0.5, 0.5), lead_days=(10, 20), markup=(markup, markup))
    supply = SupplyPlan({"theatre": 3}, 0.5, 0.0, 0.0, 0.0, (programme,))
    demand = DemandPlan(lookers=0, groups=0, substitution=0, comes_back=0)
    scenario = Scenario("prices", "One price", 20.0, supply=supply, demand=demand)
    happenings = (h for batch in simulate(scenario, seed, START).batches() for h in batch)
    return sum(h.record.size() for h in happenings if isinstance(h.record, OrderPlaced))


def measure(days: float = DAYS, seed: int = SEED) -> Tally:
    """
    Play the season and count what happens.
    """
    simulation = simulate(load_scenario("season"), seed, START, days=days, truth=Truth(remember=True))
    tally = Tally(simulation.truth)
    for batch in simulation.batches():
        for happening in batch:
            tally.count(happening)
    tally.over()
    tally.elasticity = elasticity(seed)
    return tally


def main() -> int:
    """
    Print the rows or put them into a file; the exit code says whether all values lie in their bands.
    """
    tally = measure()
    rows = {target.what: target.row(tally) for target in TARGETS}
    if len(sys.argv) > 1:
        path = Path(sys.argv[1])
        lines = path.read_text(encoding="utf-8").split("\n")
        path.write_text("\n".join(rows.get(line[2:].partition(" |")[0], line) for line in lines), encoding="utf-8")
    else:
        print("\n".join(rows.values()))  # noqa: T201 (a command)
    return int(any(not target.least <= target.measure(tally) <= target.most for target in TARGETS))


if __name__ == "__main__":
    sys.exit(main())
