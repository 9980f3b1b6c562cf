"""Activity's statements, one typed function each."""

from collections.abc import Sequence
from datetime import datetime

from edino.activity.types import Intake, Problem
from edino.kernel import sql

_SQL = sql.statements("edino.activity", "collector.sql")


def add_intake(source_id: int, at: datetime, intake: Intake) -> None:
    """Note what became of a batch."""
    params = {"source_id": source_id, "at": at, "accepted": intake.accepted, "duplicates": intake.duplicates}
    sql.execute(_SQL["add_intake"], {**params, "conflicts": intake.conflicts, "rejected": len(intake.rejected)})


def add_rejections(source_id: int, at: datetime, severity: str, problems: Sequence[Problem]) -> None:
    """Keep problems of a severity ("rejected" or "warning") for the developer page."""
    params = {
        "source_id": source_id,
        "at": at,
        "severities": [severity] * len(problems),
        "fields": [problem.field for problem in problems],
        "codes": [problem.code for problem in problems],
        "reasons": [problem.reason for problem in problems],
    }
    sql.execute(_SQL["add_rejections"], params)
