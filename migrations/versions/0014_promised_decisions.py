"""promised decisions: lists approved before their decision had a number, and the day it is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import survey.db

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('promised_decisions',
    sa.Column('case_list_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('promised_by', sa.Integer(), nullable=True),
    sa.Column('promised_at', survey.db.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_list_id'], ['case_lists.id'], name=op.f('fk_promised_decisions_case_list_id_case_lists')),
    sa.ForeignKeyConstraint(['promised_by'], ['users.id'], name=op.f('fk_promised_decisions_promised_by_users')),
    sa.PrimaryKeyConstraint('case_list_id', name=op.f('pk_promised_decisions'))
    )


def downgrade() -> None:
    """Back."""
    op.drop_table('promised_decisions')
