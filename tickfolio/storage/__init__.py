"""The database: tables, queries, migrations. The one room that knows SQL."""
