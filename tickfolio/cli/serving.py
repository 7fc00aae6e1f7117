"""Serving and working: what runs until somebody stops it."""

import logging
import signal
import sys
from ipaddress import ip_address
from typing import NoReturn

import structlog
import typer

from tickfolio.api.server import run_server
from tickfolio.domain.errors import Unavailable
from tickfolio.main import build, spare_collector, take_short_turns
from tickfolio.settings import Settings, WrongSettings, read_settings
from tickfolio.storage.migrate import SchemaTooNew, migrate

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def serve(host: str, port: int, worker: bool | None) -> None:
    """Migrates, then serves; refuses to start in an unsafe way, with the sentence that mends it."""
    settings = load_settings()
    if not _is_loopback(host) and settings.secret_key is None:
        _refuse("Beyond loopback TICKFOLIO_SECRET_KEY must be set; `openssl rand -hex 32` makes a good one.")
    migrate_database(settings)
    works = settings.jobs().startswith("memory:") if worker is None else worker
    product = build(settings, works=works)
    spare_collector()
    take_short_turns()
    product.jobs.start()
    typer.echo(f"Tickfolio is at http://{'localhost' if _is_loopback(host) else host}:{port}")
    try:
        run_server(product.app, host, port, before_drain=product.events.close)
    finally:
        product.close()


def work() -> None:
    """Works until it is told to stop."""
    settings = load_settings()
    migrate_database(settings)
    product = build(settings, works=True, serves=False)
    spare_collector()
    signal.signal(signal.SIGTERM, lambda _number, _frame: product.jobs.stop())
    product.jobs.start()
    typer.echo("The worker is working.")
    try:
        product.jobs.join()
    except KeyboardInterrupt:
        pass
    finally:
        product.close()


def load_settings() -> Settings:
    """The settings, with logging as they say; ends the program with a plain sentence when one is wrong."""
    try:
        settings = read_settings()
    except WrongSettings as error:
        _refuse(str(error))
    _log(settings)
    return settings


def migrate_database(settings: Settings) -> None:
    """Brings the database to the schema of this program; refuses a newer one."""
    if settings.database_url is None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        migrate(settings.database())
    except (SchemaTooNew, Unavailable) as error:
        _refuse(str(error))


def _log(settings: Settings) -> None:
    render = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
