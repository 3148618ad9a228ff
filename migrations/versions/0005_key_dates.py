"""key dates: the day of each visit, later levels of an assessment, the day its programme lapses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

VIET_NAM = timedelta(hours=7)
BATCH = 1000


def upgrade() -> None:
    """Forward."""
    # Columns are added without rebuilding the tables: others point at them.
    op.add_column('surveys', sa.Column('visited_on', sa.Date(), server_default='1970-01-01', nullable=False))
    op.add_column('assessments', sa.Column('lapses_on', sa.Date(), nullable=True))
    op.add_column('assessments', sa.Column('is_beside', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('uq_assessments_beside', 'assessments', ['household_id'], unique=True, sqlite_where=sa.text('is_beside'), postgresql_where=sa.text('is_beside'))
    op.create_table('assessment_stretches',
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('programme', sa.String(length=40), nullable=False),
    sa.Column('amount_vnd', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_assessment_stretches_assessment_id')),
    sa.PrimaryKeyConstraint('assessment_id', 'starts_on', name=op.f('pk_assessment_stretches'))
    )
    _fill_visits(op.get_bind())


def _fill_visits(connection: sa.Connection) -> None:
    """The day of each visit: as told, else as told before, else the day its record was first made."""
    surveys = sa.table('surveys', sa.column('id', sa.Integer), sa.column('envelope_id', sa.String), sa.column('version', sa.Integer), sa.column('captured_at', sa.DateTime(timezone=True)), sa.column('received_at', sa.DateTime(timezone=True)), sa.column('answers', sa.JSON), sa.column('visited_on', sa.Date))
    received = sa.table('received_envelopes', sa.column('envelope_id', sa.String), sa.column('version', sa.Integer), sa.column('captured_at', sa.DateTime(timezone=True)))
    first = received.alias()
    rows = connection.execute(
        sa.select(surveys.c.id, surveys.c.envelope_id, surveys.c.answers, surveys.c.received_at, sa.func.coalesce(first.c.captured_at, surveys.c.captured_at).label('captured_at'))
        .select_from(surveys.outerjoin(first, sa.and_(first.c.envelope_id == surveys.c.envelope_id, first.c.version == 1)))
        .order_by(surveys.c.envelope_id, surveys.c.version)
    ).all()
    days: dict[str, date] = {}
    found = []
    for row in rows:
        told = (row.answers or {}).get('visited_on')
        if told or row.envelope_id not in days:
            day = date.fromisoformat(told) if told else _day(row.captured_at)
            days[row.envelope_id] = min(day, _day(row.received_at))
        found.append({'row': row.id, 'day': days[row.envelope_id]})
    statement = surveys.update().where(surveys.c.id == sa.bindparam('row')).values(visited_on=sa.bindparam('day'))
    for start in range(0, len(found), BATCH):
        connection.execute(statement, found[start:start + BATCH])


def _day(moment: datetime) -> date:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware.astimezone(UTC) + VIET_NAM).date()


def downgrade() -> None:
    """Back."""
    op.drop_table('assessment_stretches')
    op.drop_index('uq_assessments_beside', 'assessments')
    op.drop_column('assessments', 'is_beside')
    op.drop_column('assessments', 'lapses_on')
    op.drop_column('surveys', 'visited_on')
