"""
The table of `/status` as a page for people. It loads nothing but itself.
"""

from html import escape

from gateway.status import Overview, Row

_WORDS = {"green": "All up to date", "yellow": "Needs a look", "red": "Something is down"}
NOTHING = "&ndash;"
_ROW_WORDS = {"green": "up to date", "yellow": "needs a look", "red": "down"}
_HEADINGS = ("Service", "State", "Projection", "Records behind", "Freshness", "Dead letters", "Last change")
_STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --dim: #59636e; --page: #f6f7f9; --card: #fff; --line: #d8dee4;
  --green: #1a7f37; --yellow: #8a5a00; --red: #c4232f }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ee; --dim: #9aa4b0; --page: #0f1318; --card: #181d24;
  --line: #2d343d; --green: #4ac26b; --yellow: #e0a93b; --red: #ff7b72 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2.5rem 1.25rem; max-width: 68rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif }
h1 { margin: 0 0 1.25rem; font-size: 1.5rem; line-height: 1.3 }
.state { display: inline-flex; align-items: center; gap: .5rem; font-weight: 600 }
.state::before { content: ""; width: .7em; height: .7em; border-radius: 50%; background: currentColor }
.green { color: var(--green) } .yellow { color: var(--yellow) } .red { color: var(--red) }
.frame { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .5rem }
table { width: 100%; border-collapse: collapse; font-size: .9375rem }
th, td { padding: .65rem .9rem; text-align: left; vertical-align: top; white-space: nowrap }
th { color: var(--dim); font-weight: 500 } tbody tr { border-top: 1px solid var(--line) }
.number { text-align: right; font-variant-numeric: tabular-nums }
small, footer { color: var(--dim) } small { display: block; font-size: .8125rem } footer { margin-top: 1rem }
a { color: inherit }
"""


def page(table: Overview, time: str) -> bytes:
    """
    Return the page.

    Args:
        table: what to show.
        time: when it was asked, as text.
    """
    headings = "".join(f"<th scope=col{_number(number)}>{text}</th>" for number, text in enumerate(_HEADINGS))
    rows = "\n".join(_row(row) for row in table.services)
    text = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_WORDS[table.status]} · Seatstream</title>
<style>{_STYLE}</style>
<h1><span class="state {table.status}">{_WORDS[table.status]}</span></h1>
<div class="frame"><table>
<thead><tr>{headings}</tr></thead>
<tbody>
{rows}
</tbody>
</table></div>
<footer>Asked at {escape(time)}. <a href="/">Routes</a> · <a href="/docs">Reference</a></footer>
</html>
"""
    return text.encode()


def _number(column: int) -> str:
    return " class=number" if column in (3, 4, 5) else ""


def _row(row: Row) -> str:
    state = f'<span class="state {row.status}">{_ROW_WORDS[row.status]}</span>' + _small(row.reason)
    version = "" if row.projection_version is None else f"version {row.projection_version}"
    cells = (
        escape(row.service) + _small(row.version or ""),
        state,
        (escape(row.projection) if row.projection else NOTHING) + _small(version),
        _count(row.lag),
        NOTHING if row.freshness_s is None else f"{row.freshness_s:.3f} s",
        _count(row.dead_letters),
        escape(row.last_change) if row.last_change else NOTHING,
    )
    return "<tr>" + "".join(f"<td{_number(column)}>{cell}</td>" for column, cell in enumerate(cells)) + "</tr>"


def _count(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""
