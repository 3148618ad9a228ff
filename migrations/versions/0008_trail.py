"""trail: what each transaction wrote, a tree over the audit entries, its signed roots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

UNSEALED = sa.text('sequence IS NULL')


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('audit_entries') as batch_op:
        batch_op.add_column(sa.Column('transaction_id', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('sequence', sa.BigInteger(), nullable=True))
        batch_op.drop_column('sealed_hash')
        batch_op.create_unique_constraint('uq_audit_entries_sequence', ['sequence'])
    op.create_index('ix_audit_entries_unsealed', 'audit_entries', ['id'], sqlite_where=UNSEALED, postgresql_where=UNSEALED)
    op.create_table('write_sets',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('transaction_id', sa.String(length=32), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('rows', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_write_sets')),
    sa.UniqueConstraint('transaction_id', name=op.f('uq_write_sets_transaction_id'))
    )
    op.create_table('merkle_nodes',
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('position', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('level', 'position', name=op.f('pk_merkle_nodes'))
    )
    op.create_table('checkpoints',
    sa.Column('size', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('root_sha256', sa.String(length=64), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_checkpoints'))
    )
    op.create_table('sealer_leases',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('holder', sa.String(length=40), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_sealer_leases_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sealer_leases'))
    )


def downgrade() -> None:
    """Back: entries stay, what sealed them goes."""
    for table in ('sealer_leases', 'checkpoints', 'merkle_nodes', 'write_sets'):
        op.drop_table(table)
    op.drop_index('ix_audit_entries_unsealed', 'audit_entries')
    with op.batch_alter_table('audit_entries') as batch_op:
        batch_op.drop_constraint('uq_audit_entries_sequence', type_='unique')
        batch_op.add_column(sa.Column('sealed_hash', sa.String(length=64), nullable=True))
        batch_op.drop_column('sequence')
        batch_op.drop_column('transaction_id')
