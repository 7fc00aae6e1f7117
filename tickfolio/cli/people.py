"""Accounts from the command line, for whoever runs the server."""

from typing import NoReturn

import typer

from tickfolio.auth.credentials import new_token, read_email, token_hash
from tickfolio.auth.password_strength import check_strength
from tickfolio.cli.serving import load_settings, migrate_database
from tickfolio.domain.errors import TickfolioError
from tickfolio.domain.text import read_text
from tickfolio.main import Product, build
from tickfolio.services.accounts import NAME_SIZE_MAX, add_user, reset_password


def add(email: str, name: str) -> None:
    """Adds an account, whether sign-up is open or not."""
    product = _open()
    try:
        clean_email, clean_name = read_email(email), read_text(name, "name", NAME_SIZE_MAX)
        password = _ask_password()
        check_strength(password, clean_email, clean_name, product.settings.password_length_min)
        user = add_user(product.reception, clean_name, clean_email, password, None, invited=True)
    except TickfolioError as error:
        _refuse(error)
    finally:
        product.close()
    typer.echo(f"{user.name} <{user.email}> can sign in now{', as the administrator' if user.administrator else ''}.")


def reset(email: str) -> None:
    """Sets a new password; every session of the account ends."""
    product = _open()
    try:
        user = reset_password(product.reception, email, _ask_password())
    except TickfolioError as error:
        _refuse(error)
    finally:
        product.close()
    typer.echo(f"{user.email} has a new password; every session has ended.")


def token(email: str, name: str) -> None:
    """Makes an API token and prints it: it is kept nowhere in clear."""
    product = _open()
    try:
        clean = read_email(email)
        secret = new_token(product.world.randomness)
        with product.database.transaction() as tx:
            user = tx.people.find_by_email(clean)
            if user is None:
                typer.echo(f"There is no account with the e-mail {clean}.", err=True)
                raise typer.Exit(1)
            label = read_text(name, "name", NAME_SIZE_MAX)
            tx.people.add_api_token(product.world.new_id(), user.id, label, token_hash(secret), product.world.now())
    except TickfolioError as error:
        _refuse(error)
    finally:
        product.close()
    typer.echo(secret)


def _open() -> Product:
    settings = load_settings()
    migrate_database(settings)
    return build(settings, works=False)


def _ask_password() -> str:
    return str(typer.prompt("New password", hide_input=True, confirmation_prompt=True))


def _refuse(error: TickfolioError) -> NoReturn:
    typer.echo(error.message, err=True)
    raise typer.Exit(1) from error
