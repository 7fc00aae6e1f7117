"""Behind a price: markets' days, verdicts, quotas, files, aliases, histories to fill, proposals"""

import sqlalchemy as sa
from alembic import op

from tickfolio.storage.columns import Exact, UtcInstant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('market_days',
    sa.Column('exchange', sa.String(length=20), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('opens', sa.String(length=5), nullable=True),
    sa.Column('closes', sa.String(length=5), nullable=True),
    sa.PrimaryKeyConstraint('exchange', 'day', name='pk_market_days')
    )
    op.create_table('market_hours',
    sa.Column('exchange', sa.String(length=20), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('opens', sa.String(length=5), nullable=False),
    sa.Column('closes', sa.String(length=5), nullable=False),
    sa.PrimaryKeyConstraint('exchange', 'since', name='pk_market_hours')
    )
    op.create_table('source_breakers',
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failure', sa.String(length=40), nullable=True),
    sa.Column('message', sa.String(length=200), nullable=True),
    sa.Column('open_until', UtcInstant(), nullable=True),
    sa.Column('bound_until', UtcInstant(), nullable=True),
    sa.Column('changed_at', UtcInstant(), nullable=False),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_source_breakers'))
    )
    op.create_table('source_files',
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('read_at', UtcInstant(), nullable=False),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_source_files'))
    )
    op.create_table('source_orders',
    sa.Column('asset_type', sa.String(length=20), nullable=False),
    sa.Column('names', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('asset_type', name=op.f('pk_source_orders'))
    )
    op.create_table('source_quotas',
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('span', sa.String(length=6), nullable=False),
    sa.Column('begins', UtcInstant(), nullable=False),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'span', 'begins', name='pk_source_quotas')
    )
    op.create_table('action_proposals',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('instrument_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('ex_on', sa.Date(), nullable=False),
    sa.Column('ratio', sa.String(length=45), nullable=True),
    sa.Column('to_instrument_id', sa.String(length=36), nullable=True),
    sa.Column('to_symbol', sa.String(length=40), nullable=True),
    sa.Column('cost_pct', Exact(), nullable=True),
    sa.Column('price_before', Exact(), nullable=True),
    sa.Column('price_after', Exact(), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('action_id', sa.String(length=36), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('proposed_at', UtcInstant(), nullable=False),
    sa.Column('settled_at', UtcInstant(), nullable=True),
    sa.Column('event', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['instrument_id'], ['instruments.id'], name=op.f('fk_action_proposals_instrument_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['to_instrument_id'], ['instruments.id'], name=op.f('fk_action_proposals_to_instrument_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action_proposals')),
    sa.UniqueConstraint('instrument_id', 'event', name='uq_action_proposals_instrument_id_event')
    )
    op.create_index('ix_action_proposals_state', 'action_proposals', ['state'], unique=False)
    op.create_table('history_fills',
    sa.Column('instrument_id', sa.String(length=36), nullable=False),
    sa.Column('wanted_from', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=True),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.Column('failure', sa.String(length=40), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('asked_at', UtcInstant(), nullable=False),
    sa.Column('next_at', UtcInstant(), nullable=True),
    sa.ForeignKeyConstraint(['instrument_id'], ['instruments.id'], name=op.f('fk_history_fills_instrument_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('instrument_id', name=op.f('pk_history_fills'))
    )
    op.create_index('ix_history_fills_state_next_at', 'history_fills', ['state', 'next_at'], unique=False)
    op.create_table('instrument_aliases',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('instrument_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('value', sa.String(length=40), nullable=False),
    sa.Column('exchange', sa.String(length=20), nullable=True),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('recorded_at', UtcInstant(), nullable=False),
    sa.ForeignKeyConstraint(['instrument_id'], ['instruments.id'], name=op.f('fk_instrument_aliases_instrument_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument_aliases')),
    sa.UniqueConstraint('instrument_id', 'kind', 'value', name='uq_instrument_aliases_instrument_id_kind_value')
    )
    op.create_index('ix_instrument_aliases_value', 'instrument_aliases', ['value'], unique=False)
    op.create_table('own_sources',
    sa.Column('instrument_id', sa.String(length=36), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('format', sa.String(length=4), nullable=False),
    sa.Column('price_path', sa.String(length=200), nullable=False),
    sa.Column('date_path', sa.String(length=200), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('created_at', UtcInstant(), nullable=False),
    sa.ForeignKeyConstraint(['instrument_id'], ['instruments.id'], name=op.f('fk_own_sources_instrument_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('instrument_id', name=op.f('pk_own_sources'))
    )
    op.create_table('price_verdicts',
    sa.Column('instrument_id', sa.String(length=36), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('verdict', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=True),
    sa.Column('price', sa.String(length=60), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('as_of', UtcInstant(), nullable=True),
    sa.Column('run_id', sa.String(length=36), nullable=False),
    sa.Column('judged_at', UtcInstant(), nullable=False),
    sa.Column('first_at', UtcInstant(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['instrument_id'], ['instruments.id'], name=op.f('fk_price_verdicts_instrument_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('instrument_id', 'source', 'verdict', name='pk_price_verdicts')
    )
    op.create_index('ix_price_verdicts_verdict_judged_at', 'price_verdicts', ['verdict', 'judged_at'], unique=False)
    op.add_column('price_refreshes', sa.Column('rejected', sa.Integer(), server_default='0', nullable=False))
    op.add_column('price_refreshes', sa.Column('unchanged', sa.Integer(), server_default='0', nullable=False))
    op.add_column('price_refreshes', sa.Column('portfolios', sa.Integer(), server_default='0', nullable=False))
