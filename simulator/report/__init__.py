"""
A run on one page: what was sold, what was told, who abused it, what went wrong, who went without.

    tally     counts while the run goes on, from its records and its truth
    page      the page as a whole, and the file
    panels    each picture on it
"""

from simulator.report.page import ReportError, check_report, write_report
from simulator.report.tally import Tally

__all__ = ["ReportError", "Tally", "check_report", "write_report"]
