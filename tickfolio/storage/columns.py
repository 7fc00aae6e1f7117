"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import TIMESTAMP, Dialect, Numeric, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


class Exact(TypeDecorator[Decimal]):
    """An exact decimal: unconstrained NUMERIC on PostgreSQL, plain digits as TEXT on SQLite, which has no decimals.

    Never compare, sort or sum it in SQL: on SQLite it is text.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Numeric(asdecimal=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            msg = f"only finite decimals are stored, not {value!r}"
            raise TypeError(msg)
        plain = abs(value) if value == 0 else value
        return plain if dialect.name == "postgresql" else f"{plain:f}"

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        del dialect
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(value)


class UtcInstant(TypeDecorator[datetime]):
    """An instant in UTC: timestamptz on PostgreSQL, fixed-width text on SQLite, where it sorts as it should."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "an instant without a zone is no instant"
            raise TypeError(msg)
        instant = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return instant
        return f"{instant.isoformat(timespec='microseconds')[:26]}Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(value)
