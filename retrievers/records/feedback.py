"""What people said of reports, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, select

from assistant.domain.conversation import Feedback
from assistant.domain.window import from_ns, to_ns
from retrievers.records import tables
from retrievers.records.failures import translated
from retrievers.records.upsert import upsert


class SqlFeedback:
    """Implements `domain.ports.FeedbackLog`."""

    def __init__(self, engine: Engine, *, tenant: str = "default") -> None:
        self._engine = engine
        self._tenant = tenant

    def record(self, feedback: Feedback) -> None:
        row = {
            "tenant": self._tenant,
            "id": feedback.id,
            "report_id": feedback.report_id,
            "at_ns": to_ns(feedback.at),
            "helpful": feedback.helpful,
            "claim": feedback.claim,
            "reason": feedback.reason,
            "outcome": feedback.outcome,
            "user": feedback.user,
            "channel": feedback.channel,
        }
        with translated(), self._engine.begin() as connection:
            upsert(connection, tables.feedback, [row])

    def of(self, report_id: str) -> Sequence[Feedback]:
        table = tables.feedback.c
        query = (
            select(tables.feedback)
            .where(table.tenant == self._tenant, table.report_id == report_id)
            .order_by(table.at_ns, table.id)
        )
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            Feedback(
                id=row.id,
                at=from_ns(row.at_ns),
                report_id=row.report_id,
                helpful=row.helpful,
                claim=row.claim,
                reason=row.reason,
                outcome=row.outcome,
                user=row.user,
                channel=row.channel,
            )
            for row in rows
        ]
