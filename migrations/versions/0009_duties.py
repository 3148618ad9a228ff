"""duties: who signs for a body, who let a record through, who compared a decision with its paper.

No right appears in silence: an account that approved until now is *proposed* as a signer, in the area of its
post, and signs nothing until an administrator gives it the appointment. The program cannot know who of a
steering committee or an office has the authority to sign.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

OLD_ROLES = "role in ('officer', 'commune', 'committee', 'finance', 'admin', 'auditor')"
ROLES = "role in ('officer', 'commune', 'committee', 'signer', 'finance', 'admin', 'auditor')"
CAPACITIES = "capacity in ('kt', 'tuq', 'tl')"
ACCOUNTS = (
    ('users', 'password_set_by'),
    ('users', 'password_confirmed_by'),
    ('acts', 'confirmed_by'),
    ('received_envelopes', 'let_through_by'),
)
"""Columns that name an account, by table."""
POSTS = sa.table('posts', sa.column('id', sa.Integer), sa.column('user_id', sa.Integer), sa.column('role', sa.String), sa.column('area_code', sa.String), sa.column('valid_from', sa.Date), sa.column('valid_to', sa.Date), sa.column('proposed_on', sa.Date))
ACTS = sa.table('acts', sa.column('kind', sa.String), sa.column('actor_id', sa.Integer))


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('posts') as batch:
        batch.add_column(sa.Column('capacity', sa.String(length=4), nullable=True))
        batch.add_column(sa.Column('proposed_on', sa.Date(), nullable=True))
        batch.drop_constraint(op.f('ck_posts_role_known'), type_='check')
        batch.create_check_constraint('role_known', ROLES)
        batch.create_check_constraint('capacity_known', CAPACITIES)
    op.add_column('users', sa.Column('password_set_at', sa.DateTime(timezone=True), nullable=True))
    for table, name in ACCOUNTS:
        # Where it stands: SQLite would make the table anew, and cannot while other tables point at it.
        key = f'fk_{table}_{name}'
        op.execute(f'ALTER TABLE {table} ADD COLUMN {name} INTEGER CONSTRAINT {key} REFERENCES users (id)')
    _propose_signers(op.get_bind())


def downgrade() -> None:
    """Back."""
    op.get_bind().execute(POSTS.delete().where(POSTS.c.role == 'signer'))
    for table, name in reversed(ACCOUNTS):
        op.execute(f'ALTER TABLE {table} DROP COLUMN {name}')
    op.execute('ALTER TABLE users DROP COLUMN password_set_at')
    with op.batch_alter_table('posts') as batch:
        batch.drop_constraint(op.f('ck_posts_capacity_known'), type_='check')
        batch.drop_constraint(op.f('ck_posts_role_known'), type_='check')
        batch.create_check_constraint('role_known', OLD_ROLES)
    with op.batch_alter_table('posts') as batch:
        batch.drop_column('proposed_on')
        batch.drop_column('capacity')


def _propose_signers(connection: sa.Connection) -> None:
    """One proposed appointment for each open post of a role that could approve, of accounts that did."""
    today = datetime.now(ZoneInfo('Asia/Ho_Chi_Minh')).date()
    approved = sa.select(ACTS.c.actor_id).where(ACTS.c.kind == 'approval', ACTS.c.actor_id.is_not(None))
    held = (
        sa.select(POSTS.c.user_id, POSTS.c.area_code)
        .where(POSTS.c.role.in_(('commune', 'committee')), POSTS.c.user_id.in_(approved))
        .where(sa.or_(POSTS.c.valid_to.is_(None), POSTS.c.valid_to >= today))
        .distinct()
        .order_by(POSTS.c.user_id, POSTS.c.area_code)
    )
    for user_id, area_code in connection.execute(held).all():
        row = {'user_id': user_id, 'role': 'signer', 'area_code': area_code, 'valid_from': today, 'proposed_on': today}
        connection.execute(POSTS.insert().values(row))
