"""amount patterns: what the amounts of assessments are made of."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

AMOUNTS = ('assessments', 'assessment_stretches')


def upgrade() -> None:
    """Forward."""
    op.create_table('amount_patterns',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_amount_patterns')),
    sa.UniqueConstraint('sha256', name=op.f('uq_amount_patterns_sha256'))
    )
    # Columns are added without rebuilding the tables: others point at them.
    reference = 'REFERENCES amount_patterns (id)'
    for table in AMOUNTS:
        name = f'fk_{table}_amount_pattern_id'
        op.execute(f'ALTER TABLE {table} ADD COLUMN amount_pattern_id INTEGER CONSTRAINT {name} {reference}')
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Until now an amount was one sum of which no payer was told."""
    patterns = sa.table('amount_patterns', sa.column('id', sa.Integer), sa.column('sha256', sa.String), sa.column('parts', sa.JSON))
    for table in AMOUNTS:
        amounts = sa.table(table, sa.column('programme', sa.String), sa.column('amount_vnd', sa.BigInteger), sa.column('amount_pattern_id', sa.Integer))
        asked = sa.select(amounts.c.programme, amounts.c.amount_vnd).where(amounts.c.amount_vnd > 0, amounts.c.programme.is_not(None)).distinct()
        for programme, amount_vnd in connection.execute(asked).all():
            parts = [{'code': f'{programme}.amount', 'kind': 'budget', 'payer': '', 'amount_vnd': amount_vnd, 'is_apart': False}]
            sha256 = hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
            known = sa.select(patterns.c.id).where(patterns.c.sha256 == sha256)
            if connection.scalar(known) is None:
                connection.execute(patterns.insert().values(sha256=sha256, parts=parts))
            connection.execute(amounts.update().where(amounts.c.programme == programme, amounts.c.amount_vnd == amount_vnd).values(amount_pattern_id=connection.scalar(known)))


def downgrade() -> None:
    """Back."""
    for table in AMOUNTS:
        with op.batch_alter_table(table) as batch:
            batch.drop_column('amount_pattern_id')
    op.drop_table('amount_patterns')
