"""
For operators: records that claimed places in vain.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from inventory_api import conflicts
from inventory_api.routes.parameters import Following, Word
from inventory_api.schemas.conflicts import ConflictPage
from inventory_stream.web.callers import only_for

router = APIRouter(prefix="/v1/operations", tags=["operations"], dependencies=[Depends(only_for("operators"))])


@router.get("/conflicts")
async def find_conflicts(
    reader: Following,
    event_id: Word = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ConflictPage:
    """Find records that claimed places in vain, newest first, each with the record that has the place."""
    return await reader.run(lambda snapshot: conflicts.find_conflicts(snapshot, event_id, cursor, limit))
