"""The whole ledger: what a row can say beyond buying and selling, corporate actions, blocks of closes"""

import sqlalchemy as sa
from alembic import op

from tickfolio.storage.columns import Exact, UtcInstant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns are added and never rebuilt here: on SQLite that would drop the table, and with it all that belongs to it.
    op.add_column("portfolios", sa.Column("cash_tracked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("portfolios", sa.Column("charges_in_cost", sa.Boolean(), nullable=False, server_default=sa.true()))

    op.add_column("transactions", sa.Column("cost", Exact(), nullable=True))
    op.add_column("transactions", sa.Column("ratio", sa.String(length=45), nullable=True))
    reference = "CONSTRAINT fk_transactions_to_instrument_id REFERENCES instruments (id)"
    op.execute(f"ALTER TABLE transactions ADD COLUMN to_instrument_id VARCHAR(36) {reference}")
    op.add_column("transactions", sa.Column("to_quantity", Exact(), nullable=True))
    op.add_column("transactions", sa.Column("cost_pct", Exact(), nullable=True))
    op.create_index(
        "ix_transactions_portfolio_id_to_instrument_id", "transactions", ["portfolio_id", "to_instrument_id"]
    )
    op.create_index("ix_transactions_to_instrument_id", "transactions", ["to_instrument_id"])

    # Nothing belongs to a holding, so that this table may be rebuilt.
    with op.batch_alter_table("holdings", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.alter_column("income", existing_type=Exact(), nullable=True)
        batch.add_column(sa.Column("invested_local", Exact(), nullable=True))
        batch.add_column(sa.Column("tax_withheld", Exact(), nullable=True))
        batch.add_column(sa.Column("charges", Exact(), nullable=True))
        batch.add_column(sa.Column("cash", Exact(), nullable=True))

    op.add_column("price_history", sa.Column("source", sa.String(length=40), nullable=True))
    op.add_column("price_history", sa.Column("fetched_at", UtcInstant(), nullable=True))

    op.create_table(
        "close_blocks",
        sa.Column("instrument_id", sa.String(length=36), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_close_blocks_instrument_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("instrument_id", "year", name="pk_close_blocks"),
    )
    op.create_table(
        "corporate_actions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("instrument_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("ex_on", sa.Date(), nullable=False),
        sa.Column("ratio", sa.String(length=45), nullable=True),
        sa.Column("amount", Exact(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_corporate_actions_instrument_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corporate_actions")),
    )
    op.create_index("ix_corporate_actions_instrument_id_ex_on", "corporate_actions", ["instrument_id", "ex_on"])
