"""
Importers: catalogues and charts of other systems, read from files and appended as records.

Each importer reads and checks everything first, then appends what the stream does not hold yet: a second import
changes nothing. Ids are made of what a record is about and a digest of its content.
"""

from inventory_stream.importers.documents import Counts, Document, append_documents
from inventory_stream.importers.problems import ImportRefused, Problem
from inventory_stream.importers.seatsio import EventWanted, seatsio_documents
from inventory_stream.importers.tickit import tickit_documents

__all__ = [
    "Counts",
    "Document",
    "EventWanted",
    "ImportRefused",
    "Problem",
    "append_documents",
    "seatsio_documents",
    "tickit_documents",
]
