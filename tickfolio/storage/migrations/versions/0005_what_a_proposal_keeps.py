"""What a proposal keeps for undoing it, why it was dismissed, and dividends that a person did not want"""

import sqlalchemy as sa
from alembic import op

from tickfolio.storage.columns import UtcInstant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("action_proposals", sa.Column("reason", sa.String(length=200), nullable=True))
    op.add_column("action_proposals", sa.Column("kept", sa.Text(), nullable=True))
    op.create_table(
        "dismissed_dividends",
        sa.Column("portfolio_id", sa.String(length=36), nullable=False),
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("dismissed_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name="fk_dismissed_dividends_portfolio_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["corporate_actions.id"], name="fk_dismissed_dividends_action_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("portfolio_id", "action_id", name="pk_dismissed_dividends"),
    )
