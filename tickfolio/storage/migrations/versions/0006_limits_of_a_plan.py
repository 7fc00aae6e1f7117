"""What the administrator says that a source allows"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_limits",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("span", sa.String(length=6), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("source", "span", name="pk_source_limits"),
    )
