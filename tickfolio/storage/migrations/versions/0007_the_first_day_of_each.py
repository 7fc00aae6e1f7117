"""The first day on which an instrument was traded, found without reading every transaction"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_transactions_instrument_id_traded_on", "transactions", ["instrument_id", "traded_on"])
    # The new one serves whatever the old one did.
    op.drop_index("ix_transactions_instrument_id", table_name="transactions")
