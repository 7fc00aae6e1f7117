"""Work that is done once and watched: refreshing, proving and copying."""

from dataclasses import replace
from pathlib import Path

import typer
from rich.progress import Progress

from tickfolio.cli.serving import load_settings, migrate_database
from tickfolio.main import build
from tickfolio.services.refresh import ask_for_refresh, refresh_by_hand
from tickfolio.services.verify import verify
from tickfolio.storage.backup import copy_database


def refresh_now() -> None:
    """A run by hand, here and now; asks for every instrument."""
    settings = load_settings()
    migrate_database(settings)
    product = build(settings, works=False)
    try:
        with product.database.transaction() as tx:
            asked = ask_for_refresh(tx, product.world, cooldown_seconds=0)
        with Progress() as progress:
            task = progress.add_task("Prices", total=None)

            def report(done: int, of: int) -> None:
                progress.update(task, completed=done, total=of)

            run = refresh_by_hand(replace(product.refresher, report=report), asked.id)
    finally:
        product.close()
    if run is None:
        typer.echo("Somebody else is at this refresh already.")
        return
    typer.echo(f"{run.instruments} instruments: {run.updated} updated, {run.held} held, {run.failed} failed.")
    for provider in run.providers:
        failures = ", ".join(f"{kind} {count}" for kind, count in provider.failures.items())
        typer.echo(f"  {provider.name}: {'ok' if provider.ok else 'failed'}{f' ({failures})' if failures else ''}")


def verify_holdings() -> int:
    """Says every holding that is not what its ledger comes to; gives the program's exit code."""
    settings = load_settings()
    migrate_database(settings)
    product = build(settings, works=False)
    try:
        checked, wrong = verify(product.database)
    finally:
        product.close()
    for line in wrong:
        typer.echo(line, err=True)
    typer.echo(f"{checked} portfolios checked, {len(wrong)} holdings differ.")
    return 1 if wrong else 0


def backup_database(target: str) -> None:
    """Copies the embedded database; a PostgreSQL has its own ways."""
    settings = load_settings()
    if settings.database_url is not None:
        typer.echo("This server runs on PostgreSQL: use pg_dump.", err=True)
        raise typer.Exit(2)
    path = Path(target)
    if path.exists():
        typer.echo(f"{path} exists already; nothing was written.", err=True)
        raise typer.Exit(1)
    copy_database(settings.database(), path)
    typer.echo(f"{path}: {path.stat().st_size:,} bytes.")
