"""household changes: what is new of a commune since a number, for phones that ask again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. What changed before needs no number: phones fetch everything once, as their old marks are unknown."""
    op.add_column('commune_revisions', sa.Column('number', sa.BigInteger(), server_default='0', nullable=False))
    op.create_table('household_changes',
    sa.Column('commune_code', sa.String(length=20), nullable=False),
    sa.Column('household_id', sa.String(length=36), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('commune_code', 'household_id', name=op.f('pk_household_changes'))
    )
    op.create_index('ix_household_changes_commune_code_number', 'household_changes', ['commune_code', 'number'])


def downgrade() -> None:
    """Back."""
    op.drop_table('household_changes')
    op.drop_column('commune_revisions', 'number')
