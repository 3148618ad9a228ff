"""standing: a line a household that is closed and never overwritten; later levels stand in amount patterns."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

PATTERNS = sa.table('amount_patterns', sa.column('id', sa.Integer), sa.column('sha256', sa.String), sa.column('parts', sa.JSON), sa.column('later', sa.JSON))
ASSESSMENTS = sa.table('assessments', sa.column('id', sa.Integer), sa.column('programme', sa.String), sa.column('amount_pattern_id', sa.Integer))
STRETCHES = sa.table('assessment_stretches', sa.column('assessment_id', sa.Integer), sa.column('starts_on', sa.Date), sa.column('ends_on', sa.Date), sa.column('programme', sa.String), sa.column('amount_vnd', sa.BigInteger), sa.column('amount_pattern_id', sa.Integer))
BATCH = 500


def upgrade() -> None:
    """Forward."""
    op.add_column('amount_patterns', sa.Column('later', sa.JSON(), server_default='[]', nullable=False))
    _fold_stretches(op.get_bind())
    op.drop_table('assessment_stretches')
    op.drop_index('ix_households_area_code_id', 'households')
    op.create_index('ix_households_area_code_sort_key_id', 'households', ['area_code', 'sort_key', 'id'])
    op.create_table('commune_revisions',
    sa.Column('commune_code', sa.String(length=20), nullable=False),
    sa.Column('revision', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('commune_code', name=op.f('pk_commune_revisions'))
    )
    op.create_table('standing_lines',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('household_id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=True),
    sa.Column('is_newest', sa.Boolean(), nullable=False),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('to_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cause', sa.String(length=20), nullable=False),
    sa.Column('cause_id', sa.String(length=80), nullable=True),
    sa.Column('area_code', sa.String(length=20), nullable=True),
    sa.Column('commune_code', sa.String(length=20), nullable=True),
    sa.Column('is_training', sa.Boolean(), nullable=False),
    sa.Column('has_point', sa.Boolean(), nullable=False),
    sa.Column('survey_id', sa.Integer(), nullable=True),
    sa.Column('surveyed_on', sa.Date(), nullable=True),
    sa.Column('visited_on', sa.Date(), nullable=True),
    sa.Column('outcome', sa.String(length=20), nullable=True),
    sa.Column('house_class', sa.String(length=30), nullable=True),
    sa.Column('programme', sa.String(length=40), nullable=True),
    sa.Column('works_kind', sa.String(length=10), nullable=True),
    sa.Column('amount_vnd', sa.BigInteger(), nullable=True),
    sa.Column('amount_pattern_id', sa.Integer(), nullable=True),
    sa.Column('is_provisional', sa.Boolean(), nullable=False),
    sa.Column('lapses_on', sa.Date(), nullable=True),
    sa.Column('release_sha256', sa.String(length=64), nullable=True),
    sa.Column('is_beside', sa.Boolean(), nullable=False),
    sa.Column('case_state', sa.String(length=30), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=40), nullable=True),
    sa.Column('case_works_kind', sa.String(length=10), nullable=True),
    sa.Column('case_programme', sa.String(length=40), nullable=True),
    sa.Column('case_amount_vnd', sa.BigInteger(), nullable=True),
    sa.Column('posted_until', sa.Date(), nullable=True),
    sa.Column('approved_on', sa.Date(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('finished_on', sa.Date(), nullable=True),
    sa.Column('paid_vnd', sa.BigInteger(), nullable=False),
    sa.Column('recovery_due_vnd', sa.BigInteger(), nullable=False),
    sa.Column('lacks_scan', sa.Boolean(), nullable=False),
    sa.Column('objections', sa.Integer(), nullable=False),
    sa.Column('obstacles', sa.Integer(), nullable=False),
    sa.Column('obstacle_kind', sa.String(length=30), nullable=True),
    sa.Column('obstacle_lead', sa.String(length=30), nullable=True),
    sa.Column('obstacle_due_on', sa.Date(), nullable=True),
    sa.Column('survey_flags', sa.Integer(), nullable=False),
    sa.Column('case_flags', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standing_lines'))
    )
    op.create_index('ix_standing_lines_area_code', 'standing_lines', ['area_code'], unique=False, sqlite_where=sa.text('to_at IS NULL'), postgresql_where=sa.text('to_at IS NULL'))
    op.create_index('ix_standing_lines_case_state', 'standing_lines', ['case_state'], unique=False, sqlite_where=sa.text('to_at IS NULL'), postgresql_where=sa.text('to_at IS NULL'))
    op.create_index('ix_standing_lines_commune_code', 'standing_lines', ['commune_code', 'from_at'], unique=False)
    op.create_index('ix_standing_lines_household_id_from_at', 'standing_lines', ['household_id', 'from_at'], unique=False)
    op.create_index('uq_standing_lines_case_id_open', 'standing_lines', ['case_id'], unique=True, sqlite_where=sa.text('to_at IS NULL AND case_id IS NOT NULL'), postgresql_where=sa.text('to_at IS NULL AND case_id IS NOT NULL'))
    op.create_index('uq_standing_lines_open', 'standing_lines', ['household_id'], unique=True, sqlite_where=sa.text('to_at IS NULL AND is_newest = 1'), postgresql_where=sa.text('to_at IS NULL AND is_newest'))
    op.create_table('standing_obstacles',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('household_id', sa.String(length=36), nullable=False),
    sa.Column('case_id', sa.String(length=36), nullable=False),
    sa.Column('act_id', sa.String(length=36), nullable=False),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('to_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('area_code', sa.String(length=20), nullable=True),
    sa.Column('is_training', sa.Boolean(), nullable=False),
    sa.Column('case_state', sa.String(length=30), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('lead', sa.String(length=30), nullable=True),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standing_obstacles'))
    )
    op.create_index('ix_standing_obstacles_area_code', 'standing_obstacles', ['area_code'], unique=False, sqlite_where=sa.text('to_at IS NULL'), postgresql_where=sa.text('to_at IS NULL'))
    op.create_index('uq_standing_obstacles_open', 'standing_obstacles', ['case_id', 'act_id'], unique=True, sqlite_where=sa.text('to_at IS NULL'), postgresql_where=sa.text('to_at IS NULL'))
    op.create_index('ix_standing_obstacles_household_id_from_at', 'standing_obstacles', ['household_id', 'from_at'], unique=False)


def _fold_stretches(connection: sa.Connection) -> None:
    """What a later start would get becomes part of the pattern of an assessment's amount."""
    parts = {row.id: row.parts for row in connection.execute(sa.select(PATTERNS.c.id, PATTERNS.c.parts))}
    later: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(sa.select(STRETCHES).order_by(STRETCHES.c.assessment_id, STRETCHES.c.starts_on)):
        later[row.assessment_id].append([row.starts_on.isoformat(), row.amount_vnd, parts.get(row.amount_pattern_id, [])])
    found: dict[str, int] = {}
    by_pattern: defaultdict[int, list[int]] = defaultdict(list)
    ids = sorted(later)
    for start in range(0, len(ids), BATCH):
        asked = sa.select(ASSESSMENTS.c.id, ASSESSMENTS.c.amount_pattern_id).where(ASSESSMENTS.c.id.in_(ids[start:start + BATCH]))
        for row in connection.execute(asked).all():
            told = [parts.get(row.amount_pattern_id, []), later[row.id]]
            sha256 = hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
            if sha256 not in found:
                connection.execute(PATTERNS.insert().values(sha256=sha256, parts=told[0], later=told[1]))
                found[sha256] = connection.scalar(sa.select(PATTERNS.c.id).where(PATTERNS.c.sha256 == sha256))
            by_pattern[found[sha256]].append(row.id)
    for pattern, assessments in by_pattern.items():
        for start in range(0, len(assessments), BATCH):
            connection.execute(ASSESSMENTS.update().where(ASSESSMENTS.c.id.in_(assessments[start:start + BATCH])).values(amount_pattern_id=pattern))


def downgrade() -> None:
    """Back."""
    op.drop_index('ix_households_area_code_sort_key_id', 'households')
    op.create_index('ix_households_area_code_id', 'households', ['area_code', 'id'])
    for table in ('standing_obstacles', 'standing_lines', 'commune_revisions'):
        op.drop_table(table)
    op.create_table('assessment_stretches',
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('programme', sa.String(length=40), nullable=False),
    sa.Column('amount_vnd', sa.BigInteger(), nullable=False),
    sa.Column('amount_pattern_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_assessment_stretches_assessment_id')),
    sa.ForeignKeyConstraint(['amount_pattern_id'], ['amount_patterns.id'], name=op.f('fk_assessment_stretches_amount_pattern_id')),
    sa.PrimaryKeyConstraint('assessment_id', 'starts_on', name=op.f('pk_assessment_stretches'))
    )
    _unfold_stretches(op.get_bind())
    op.drop_column('amount_patterns', 'later')


def _unfold_stretches(connection: sa.Connection) -> None:
    """Each later level becomes a row of its assessment again, with a pattern of its own parts."""
    rows = connection.execute(sa.select(PATTERNS)).all()
    known = {row.sha256: row.id for row in rows}
    for row in rows:
        if not row.later:
            continue
        begins = [date.fromisoformat(first) for first, _, _ in row.later]
        ends = [*(day - timedelta(days=1) for day in begins[1:]), None]
        of_pattern = connection.execute(sa.select(ASSESSMENTS.c.id, ASSESSMENTS.c.programme).where(ASSESSMENTS.c.amount_pattern_id == row.id)).all()
        plain = _plain(connection, known, row.parts)
        levels = [(first, end, amount_vnd, _plain(connection, known, parts)) for first, end, (_, amount_vnd, parts) in zip(begins, ends, row.later, strict=True)]
        told = [
            {'assessment_id': one.id, 'starts_on': first, 'ends_on': end, 'programme': one.programme or '', 'amount_vnd': amount_vnd, 'amount_pattern_id': pattern}
            for one in of_pattern for first, end, amount_vnd, pattern in levels
        ]
        if told:
            connection.execute(STRETCHES.insert(), told)
        connection.execute(ASSESSMENTS.update().where(ASSESSMENTS.c.amount_pattern_id == row.id).values(amount_pattern_id=plain))
        connection.execute(PATTERNS.delete().where(PATTERNS.c.id == row.id))


def _plain(connection: sa.Connection, known: dict[str, int], parts: list[Any]) -> int | None:
    """The pattern of these parts alone."""
    if not parts:
        return None
    sha256 = hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if sha256 not in known:
        connection.execute(PATTERNS.insert().values(sha256=sha256, parts=parts, later=[]))
        known[sha256] = connection.scalar(sa.select(PATTERNS.c.id).where(PATTERNS.c.sha256 == sha256))
    return known[sha256]
