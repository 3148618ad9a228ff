"""operation: epochs of the database, fingerprints of its keys, runs of backups and checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('database_epochs',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('generation', sa.String(length=40), nullable=False),
    sa.Column('restored_to', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_database_epochs')),
    sa.UniqueConstraint('id', name=op.f('uq_database_epochs_id'))
    )
    op.create_table('key_fingerprints',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_key_fingerprints'))
    )
    op.create_table('operation_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_good', sa.Boolean(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operation_runs'))
    )
    with op.batch_alter_table('operation_runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_operation_runs_kind_began_at'), ['kind', 'began_at'], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table('operation_runs')
    op.drop_table('key_fingerprints')
    op.drop_table('database_epochs')
