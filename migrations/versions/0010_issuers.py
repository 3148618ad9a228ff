"""issuers: acts that their issuers entered, citations of others, what became of each, units outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

VIET_NAM = timedelta(hours=7)
IDENTITY = ('issuer_code', 'number', 'symbol', 'signed_on')
UNIQUE = 'uq_official_acts_issuer_code_number_symbol_signed_on'
STATES = ('issued', 'confirmed', 'cited', 'before', 'declined', 'joined', 'withdrawn', 'uncited')
KEEPERS = ('commune', 'committee')
CHILDREN = ('official_act_files', 'act_targets')

ACTS = sa.table('official_acts', sa.column('id', sa.Integer), sa.column('issuer_code', sa.String), sa.column('number', sa.String), sa.column('symbol', sa.String), sa.column('signed_on', sa.Date), sa.column('kept_by', sa.Integer), sa.column('kept_at', sa.DateTime(timezone=True)), sa.column('state', sa.String), sa.column('joined_id', sa.Integer))
LISTS = sa.table('case_lists', sa.column('official_act_id', sa.Integer))
POSTS = sa.table('posts', sa.column('user_id', sa.Integer), sa.column('role', sa.String), sa.column('area_code', sa.String), sa.column('valid_from', sa.Date), sa.column('valid_to', sa.Date))


def upgrade() -> None:
    """Forward."""
    with _apart(op.get_bind()), op.batch_alter_table('official_acts') as batch_op:
        batch_op.drop_constraint(op.f(UNIQUE), type_='unique')
        batch_op.add_column(sa.Column('state', sa.String(length=10), server_default='before', nullable=False))
        batch_op.add_column(sa.Column('joined_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('changes', sa.Integer(), server_default='0', nullable=False))
        batch_op.create_check_constraint(op.f('ck_official_acts_state'), f'state IN {STATES}')
        batch_op.create_foreign_key(op.f('fk_official_acts_joined_id'), 'official_acts', ['joined_id'], ['id'])
        batch_op.create_index(op.f('ix_official_acts_joined_id'), ['joined_id'])
    _mark(op.get_bind())
    for name, columns, where in (('issued', IDENTITY, "state = 'issued'"), ('cited', ('area_code', *IDENTITY), "state IN ('cited', 'declined')")):
        op.create_index(f'uq_official_acts_{name}', 'official_acts', list(columns), unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table('official_act_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('official_act_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=True),
    sa.Column('other_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('symbol', sa.String(length=40), nullable=True),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('signer', sa.LargeBinary(), nullable=True),
    sa.Column('subject', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_official_act_events_by')),
    sa.ForeignKeyConstraint(['official_act_id'], ['official_acts.id'], name=op.f('fk_official_act_events_official_act_id')),
    sa.ForeignKeyConstraint(['other_id'], ['official_acts.id'], name=op.f('fk_official_act_events_other_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_official_act_events')),
    sa.UniqueConstraint('official_act_id', 'place', name=op.f('uq_official_act_events_official_act_id_place'))
    )
    op.create_table('units_outside',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area_code', sa.String(length=20), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('ground', sa.LargeBinary(), nullable=False),
    sa.Column('named_by', sa.Integer(), nullable=True),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_by', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['ended_by'], ['users.id'], name=op.f('fk_units_outside_ended_by')),
    sa.ForeignKeyConstraint(['named_by'], ['users.id'], name=op.f('fk_units_outside_named_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_units_outside'))
    )
    op.create_index('uq_units_outside_open', 'units_outside', ['area_code'], unique=True, sqlite_where=sa.text('valid_to IS NULL'), postgresql_where=sa.text('valid_to IS NULL'))


@contextmanager
def _apart(connection: sa.Connection) -> Iterator[None]:
    """SQLite rebuilds a table to change it, and lets nothing point at one that goes: that waits apart."""
    if connection.dialect.name != 'sqlite':
        yield
        return
    for table in CHILDREN:
        op.execute(f'CREATE TABLE _apart_{table} AS SELECT * FROM {table}')
        op.execute(f'DELETE FROM {table}')
    op.execute('CREATE TABLE _apart_case_lists AS SELECT id, official_act_id FROM case_lists WHERE official_act_id IS NOT NULL')
    op.execute('UPDATE case_lists SET official_act_id = NULL')
    yield
    for table in CHILDREN:
        op.execute(f'INSERT INTO {table} SELECT * FROM _apart_{table}')
        op.execute(f'DROP TABLE _apart_{table}')
    op.execute('UPDATE case_lists SET official_act_id = (SELECT official_act_id FROM _apart_case_lists WHERE _apart_case_lists.id = case_lists.id)')
    op.execute('DROP TABLE _apart_case_lists')


def _mark(connection: sa.Connection) -> None:
    """Acts that somebody with a post in the issuer's unit itself kept are the issuer's; of others we do not know."""
    posts = connection.execute(sa.select(POSTS).where(POSTS.c.role.in_(KEEPERS))).all()
    held = {}
    for post in posts:
        held.setdefault((post.user_id, post.area_code), []).append((post.valid_from, post.valid_to or date.max))
    for act in connection.execute(sa.select(ACTS.c.id, ACTS.c.issuer_code, ACTS.c.kept_by, ACTS.c.kept_at)).all():
        on = _day(act.kept_at)
        if any(first <= on <= last for first, last in held.get((act.kept_by, act.issuer_code), ())):
            connection.execute(ACTS.update().where(ACTS.c.id == act.id).values(state='issued'))


def _day(moment: datetime) -> date:
    """The day in Việt Nam; SQLite keeps no zone and stores UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware.astimezone(UTC) + VIET_NAM).date()


def downgrade() -> None:
    """Back. An act was kept once before: citations of one that is there go, and their lists go over to it."""
    connection = op.get_bind()
    op.drop_table('units_outside')
    op.drop_table('official_act_events')
    for name in ('issued', 'cited'):
        op.drop_index(f'uq_official_acts_{name}', 'official_acts')
    _merge(connection)
    with _apart(connection), op.batch_alter_table('official_acts') as batch_op:
        batch_op.drop_index(op.f('ix_official_acts_joined_id'))
        batch_op.drop_constraint(op.f('fk_official_acts_joined_id'), type_='foreignkey')
        batch_op.drop_constraint(op.f('ck_official_acts_state'), type_='check')
        for column in ('changes', 'joined_id', 'state'):
            batch_op.drop_column(column)
        batch_op.create_unique_constraint(op.f(UNIQUE), list(IDENTITY))


def _merge(connection: sa.Connection) -> None:
    first: dict[tuple[object, ...], int] = {}
    connection.execute(ACTS.update().values(joined_id=None))
    by_claim = sa.case((ACTS.c.state == 'issued', 0), else_=1)
    for act in connection.execute(sa.select(ACTS).order_by(by_claim, ACTS.c.id)).all():
        kept = first.setdefault(tuple(getattr(act, name) for name in IDENTITY), act.id)
        if kept != act.id:
            connection.execute(LISTS.update().where(LISTS.c.official_act_id == act.id).values(official_act_id=kept))
            for table in CHILDREN:
                connection.execute(sa.text(f'DELETE FROM {table} WHERE official_act_id = :act').bindparams(act=act.id))
            connection.execute(ACTS.delete().where(ACTS.c.id == act.id))
