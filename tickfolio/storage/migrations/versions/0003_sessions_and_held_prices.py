"""When a session was last used, and all of a price that is held back"""

import sqlalchemy as sa
from alembic import op

from tickfolio.storage.columns import Exact, UtcInstant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("last_used_at", UtcInstant(), nullable=True))
    op.add_column("prices_held", sa.Column("status", sa.String(length=10), nullable=True))
    op.add_column("prices_held", sa.Column("previous_close", Exact(), nullable=True))
