"""camera notes: where and when a photo was taken, as the camera wrote it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TABLES = ('survey_photos', 'act_photos')


def upgrade() -> None:
    """Forward."""
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('lon', sa.Double(), nullable=True))
            batch_op.add_column(sa.Column('lat', sa.Double(), nullable=True))
            batch_op.add_column(sa.Column('taken_at', sa.String(length=19), nullable=True))


def downgrade() -> None:
    """Back."""
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('taken_at')
            batch_op.drop_column('lat')
            batch_op.drop_column('lon')
