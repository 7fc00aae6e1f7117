"""The commands: each reads the settings, builds what it needs, and says in plain words what it did."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Tickfolio, a self-hosted portfolio tracker.")
user_app = typer.Typer(no_args_is_help=True, help="Accounts.")
app.add_typer(user_app, name="user")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    worker: Annotated[
        bool | None, typer.Option("--worker/--no-worker", help="Refresh prices in this process, too.")
    ] = None,
) -> None:
    """Serve the pages and the API; without a Redis for jobs, refresh prices as well."""
    from tickfolio.cli.serving import serve as run

    run(host, port, worker)


@app.command()
def worker() -> None:
    """Refresh prices and keep order, until it is stopped."""
    from tickfolio.cli.serving import work

    work()


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this program."""
    from tickfolio.cli.serving import load_settings, migrate_database

    migrate_database(load_settings())
    typer.echo("The database is at the schema of this program.")


@app.command()
def refresh() -> None:
    """Refresh every price now, and show how far it is."""
    from tickfolio.cli.work import refresh_now

    refresh_now()


@app.command()
def verify() -> None:
    """Compute every holding from its ledger and compare it with what is stored."""
    from tickfolio.cli.work import verify_holdings

    raise typer.Exit(verify_holdings())


@app.command()
def backup(target: Annotated[str, typer.Argument(help="The file to write; it must not exist yet.")]) -> None:
    """Copy the embedded database, whole and consistent, while the server runs."""
    from tickfolio.cli.work import backup_database

    backup_database(target)


@app.command()
def openapi() -> None:
    """Print the description of the API; needs no database."""
    import json

    from tickfolio.api.app import make_routes

    typer.echo(json.dumps(make_routes().openapi(), indent=1))


@user_app.command("add")
def add_user(email: str, name: str) -> None:
    """Add an account; the password is asked for."""
    from tickfolio.cli.people import add

    add(email, name)


@user_app.command("password")
def reset_password(email: str) -> None:
    """Set a new password, which is asked for; every session of the account ends."""
    from tickfolio.cli.people import reset

    reset(email)


@user_app.command("token")
def make_token(email: str, name: str) -> None:
    """Make an API token for an account and print it, this once."""
    from tickfolio.cli.people import token

    token(email, name)


if __name__ == "__main__":
    app()
