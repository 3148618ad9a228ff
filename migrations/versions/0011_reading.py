"""reading: words by which households are found, and the indices that lists are read along."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

IS_OPEN = sa.text('to_at IS NULL')


def upgrade() -> None:
    """Forward."""
    op.create_table('name_words',
    sa.Column('word', sa.String(collation='C').with_variant(sa.String(), 'sqlite'), nullable=False),
    sa.Column('household_id', sa.String(length=36), nullable=False),
    sa.PrimaryKeyConstraint('word', 'household_id', name=op.f('pk_name_words')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_name_words_household_id', 'name_words', ['household_id'])
    op.create_index('ix_standing_lines_since', 'standing_lines', ['since', 'area_code'], sqlite_where=sa.text('to_at IS NULL AND is_newest = 1 AND case_id IS NOT NULL'), postgresql_where=sa.text('to_at IS NULL AND is_newest AND case_id IS NOT NULL'))
    op.create_index('ix_standing_obstacles_due_on', 'standing_obstacles', ['due_on', 'since', 'id'], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)


def downgrade() -> None:
    """Back."""
    op.drop_index('ix_standing_obstacles_due_on', 'standing_obstacles')
    op.drop_index('ix_standing_lines_since', 'standing_lines')
    op.drop_table('name_words')
