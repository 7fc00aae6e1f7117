"""Accounts: who gets in, who is the administrator, what a changed password ends, and what leaving takes along."""

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import func, select

from tests.builders import PASSWORD, Given, buy, make_reception, named, trade
from tickfolio.auth.credentials import Passwords, token_hash
from tickfolio.domain.errors import (
    AdministratorOnly,
    EmailTaken,
    InvalidInput,
    NotFound,
    OwnAccount,
    SignUpClosed,
    TooMany,
    WeakPassword,
    WrongCredentials,
)
from tickfolio.services import accounts
from tickfolio.services.accounts import (
    add_user,
    change_me,
    change_password,
    delete_account,
    find_principal,
    remove_user,
    reset_password,
    sign_in,
    sign_out,
    sign_up,
)
from tickfolio.services.corporate_actions import ActionDraft, record_action
from tickfolio.services.idempotency import Answer, answer_once
from tickfolio.storage.corporate_actions import ActionKind
from tickfolio.storage.database import open_database
from tickfolio.storage.own_sources import OwnSource
from tickfolio.storage.tables import metadata

HOME = "203.0.113.7"
NEW_PASSWORD = "a quite different sentence"


@pytest.fixture
def reception(given):
    return make_reception(given)


def signed_up(reception, name="Asha"):
    return sign_up(reception, name, f"{name}@Example.org", PASSWORD, HOME)


def signed_in(reception, name="Asha", password=PASSWORD):
    return sign_in(reception, f"{name}@example.org", password, HOME)[1]


def principal_of(reception, token):
    with reception.database.reading() as tx:
        return find_principal(tx, reception.world.now(), session_token=token, api_token=None)


def with_api_token(reception, user, token="t" * 43):
    with reception.database.transaction() as tx:
        tx.people.add_api_token(reception.world.new_id(), user.id, "script", token_hash(token), reception.world.now())
    return token


def owner_of_api_token(reception, token):
    with reception.database.reading() as tx:
        return find_principal(tx, reception.world.now(), session_token=None, api_token=token)


def test_the_first_one_is_the_administrator_and_nobody_after(reception):
    asha, ravi = signed_up(reception), signed_up(reception, "Ravi")

    assert (asha.administrator, ravi.administrator) == (True, False)
    assert asha.email == "asha@example.org"
    with reception.database.reading() as tx:
        assert tx.people.load(asha.id) == asha
        assert tx.people.load(ravi.id) == ravi


def test_of_two_first_sign_ups_at_once_one_is_the_administrators(reception):
    together = threading.Barrier(2)
    made = []

    def begin(name):
        together.wait()
        made.append(signed_up(reception, name))

    threads = [threading.Thread(target=begin, args=(name,)) for name in ("Asha", "Ravi")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(user.administrator for user in made) == [False, True]


def test_of_two_first_sign_ups_at_a_closed_door_one_gets_in(given):
    reception = make_reception(given, sign_up="closed")
    together = threading.Barrier(2)
    outcomes = []

    def begin(name):
        together.wait()
        try:
            outcomes.append(signed_up(reception, name).administrator)
        except SignUpClosed:
            outcomes.append("closed")

    threads = [threading.Thread(target=begin, args=(name,)) for name in ("Asha", "Ravi")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(outcomes, key=str) == [True, "closed"]


@pytest.mark.parametrize("door", ["closed", "invite"])
def test_a_closed_door_lets_in_the_first_and_whom_the_operator_adds(given, door):
    reception = make_reception(given, sign_up=door)
    signed_up(reception)

    with pytest.raises(SignUpClosed):
        signed_up(reception, "Ravi")
    added = add_user(reception, "Meera", "meera@example.org", PASSWORD, None, invited=True)

    assert not added.administrator
    with given.database.reading() as tx:
        assert [user.name for user in tx.people.all()] == ["Asha", "Meera"]


def test_an_email_is_one_account_however_it_is_written(reception):
    signed_up(reception)

    with pytest.raises(EmailTaken):
        sign_up(reception, "Another", " ASHA@example.ORG ", PASSWORD, HOME)

    with reception.database.reading() as tx:
        assert len(tx.people.all()) == 1


@pytest.mark.parametrize(
    ("name", "email", "password", "error"),
    [
        ("", "asha@example.org", PASSWORD, InvalidInput),
        ("A" * 101, "asha@example.org", PASSWORD, InvalidInput),
        ("A\0sha", "asha@example.org", PASSWORD, InvalidInput),
        ("Asha", "not an address", PASSWORD, InvalidInput),
        ("Asha", "asha@example.org", "too short", WeakPassword),
    ],
)
def test_what_is_wrong_makes_no_account(reception, name, email, password, error):
    with pytest.raises(error):
        sign_up(reception, name, email, password, HOME)

    with reception.database.reading() as tx:
        assert tx.people.all() == []


def test_signing_in_begins_a_session_that_ends_by_itself_and_by_signing_out(reception, clock):
    asha = signed_up(reception)
    _, token, expires_at = sign_in(reception, "ASHA@example.org", PASSWORD, HOME)

    principal = principal_of(reception, token)
    assert principal is not None
    assert principal.user == asha
    assert (expires_at - clock()).days == 30
    with reception.database.reading() as tx:
        # Only the hash is kept, so that a stolen database signs nobody in.
        assert tx.people.find_by_session(token, clock()) is None

    clock.advance(30 * 86_400 - 1)
    assert principal_of(reception, token) is not None
    clock.advance(1)
    assert principal_of(reception, token) is None

    other = signed_in(reception)
    with reception.database.transaction() as tx:
        sign_out(tx, principal_of(reception, other))
    assert principal_of(reception, other) is None


def test_fault_30_a_clock_that_jumps_back_makes_no_session_longer(reception, clock):
    signed_up(reception)
    _, token, expires_at = sign_in(reception, "asha@example.org", PASSWORD, HOME)

    clock.advance(-3600)
    assert principal_of(reception, token) is not None
    clock.now = expires_at

    assert principal_of(reception, token) is None


@pytest.mark.parametrize("email", ["asha@example.org", "nobody@example.org", "no address at all", ""])
def test_a_wrong_password_and_an_unknown_email_are_answered_alike(reception, email):
    signed_up(reception)

    with pytest.raises(WrongCredentials) as refused:
        sign_in(reception, email, "not the password", HOME)

    assert refused.value.message == "The e-mail or the password is wrong."


class CountingHasher(Argon2Hasher):
    """The real thing at its least cost, which counts its verifications."""

    def __init__(self):
        super().__init__(time_cost=1, memory_cost=8, parallelism=1, hash_len=16, salt_len=8)
        self.verified = 0

    def verify(self, *arguments):
        self.verified += 1
        return super().verify(*arguments)


@pytest.mark.parametrize("email", ["asha@example.org", "nobody@example.org", "?"])
def test_an_unknown_email_costs_the_same_work_as_a_wrong_password(given, email):
    hasher = CountingHasher()
    reception = replace(make_reception(given), passwords=Passwords(hasher))
    signed_up(reception)

    with pytest.raises(WrongCredentials):
        sign_in(reception, email, "not the password", HOME)

    assert hasher.verified == 1


def test_a_password_tried_too_often_is_not_even_looked_at(given):
    hasher = CountingHasher()
    reception = replace(make_reception(given), passwords=Passwords(hasher))
    signed_up(reception)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            sign_in(reception, "asha@example.org", "not the password", HOME)

    with pytest.raises(TooMany):
        sign_in(reception, "asha@example.org", PASSWORD, HOME)

    assert hasher.verified == 5


def test_fault_71_a_new_password_ends_other_sessions_and_all_tokens(reception):
    asha, ravi = signed_up(reception), signed_up(reception, "Ravi")
    mine, elsewhere, of_ravi = signed_in(reception), signed_in(reception), signed_in(reception, "Ravi")
    token, token_of_ravi = with_api_token(reception, asha), with_api_token(reception, ravi, "r" * 43)
    assert owner_of_api_token(reception, token).user.id == asha.id

    change_password(reception, principal_of(reception, mine), PASSWORD, NEW_PASSWORD, HOME)

    assert principal_of(reception, mine) is not None
    assert principal_of(reception, elsewhere) is None
    assert owner_of_api_token(reception, token) is None
    assert principal_of(reception, of_ravi) is not None
    assert owner_of_api_token(reception, token_of_ravi) is not None
    with pytest.raises(WrongCredentials):
        signed_in(reception)
    assert signed_in(reception, password=NEW_PASSWORD)


def test_a_password_is_changed_only_by_who_knows_the_old_one_and_into_a_strong_one(reception):
    signed_up(reception)
    mine = signed_in(reception)

    with pytest.raises(WrongCredentials):
        change_password(reception, principal_of(reception, mine), "not the password", NEW_PASSWORD, HOME)
    with pytest.raises(WeakPassword) as weak:
        change_password(reception, principal_of(reception, mine), PASSWORD, "short", HOME)

    assert weak.value.errors[0].field == "new_password"
    assert signed_in(reception)


def test_a_reset_by_the_operator_ends_every_session(reception):
    asha = signed_up(reception)
    mine, token = signed_in(reception), with_api_token(reception, asha)

    reset_password(reception, "ASHA@example.org", NEW_PASSWORD)

    assert principal_of(reception, mine) is None
    assert owner_of_api_token(reception, token) is None
    assert signed_in(reception, password=NEW_PASSWORD)
    with pytest.raises(InvalidInput):
        reset_password(reception, "nobody@example.org", NEW_PASSWORD)


def test_a_sign_in_that_overtakes_a_change_of_password_comes_too_late(reception, monkeypatch):
    """The old password is verified, then the new one is stored, and only then the session would begin."""
    signed_up(reception)
    begin = accounts._begin_session

    def after_a_reset(*arguments):
        reset_password(reception, "asha@example.org", NEW_PASSWORD)
        return begin(*arguments)

    monkeypatch.setattr(accounts, "_begin_session", after_a_reset)

    with pytest.raises(WrongCredentials):
        signed_in(reception)


def test_a_sign_in_waits_for_a_change_of_password_that_is_being_written(given, reception):
    """The change is in its transaction, not yet committed, when the old password has just been found right."""
    user = signed_up(reception)
    outcome = []

    def come_in():
        try:
            outcome.append(sign_in(reception, "asha@example.org", PASSWORD, HOME))
        except WrongCredentials as refused:
            outcome.append(refused)

    coming = threading.Thread(target=come_in)
    with given.database.transaction() as tx:
        tx.people.change(user.id, password_hash=reception.passwords.hash("another long password 7"))
        tx.people.end_sessions(user.id)
        coming.start()
        coming.join(timeout=0.7)  # long enough to get to the row, and to be let past it if nothing held it
    coming.join(timeout=20)

    assert [type(one) for one in outcome] == [WrongCredentials]


def test_what_is_ones_own_can_be_changed(reception):
    asha = signed_up(reception)

    with reception.database.transaction() as tx:
        changed = change_me(tx, asha, {"name": "  Asha Rao ", "base_currency": "USD", "home_exchange": "LSE"})

    assert (changed.name, changed.base_currency, changed.home_exchange) == ("Asha Rao", "USD", "LSE")
    assert changed.version > asha.version  # or a kept summary in the old currency would be served
    with reception.database.transaction() as tx, pytest.raises(InvalidInput):
        change_me(tx, asha, {"home_exchange": "AMFI"})


def rows_of_every_table(database):
    with database.reading() as tx:
        return {
            name: tx._connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def furnish(given: Given, reception, user):
    """Something in every table that can hold something of a person."""
    portfolio = given.portfolio(user)
    flat = named("Flat in Pune", "MANUAL")
    _, bought, _ = given.record(
        user,
        portfolio,
        buy("INFY", "10", "1400"),
        buy(flat, "1", "9000000", account="home"),
        trade(
            "MERGER",
            flat,
            "1",
            "0",
            "2026-01-06",
            into=named("House", "MANUAL"),
            to_quantity=Decimal(2),
            account="home",
        ),
    )
    with given.database.reading() as tx:
        instrument = tx.instruments.load(user.id, bought.instrument_id)
    given.price(instrument, "9500000", source="hand")
    rent = ActionDraft(ActionKind.DIVIDEND, date(2026, 1, 6), amount=Decimal(100))
    told = ("http://prices.example.org/flats", "json", "price", None, "INR")
    with given.database.transaction() as tx:
        action = record_action(tx, given.world, user, instrument.id, rent)
        tx.dismissed_dividends.add(portfolio.id, action.id, given.world.now())
        tx.own_sources.store(OwnSource(instrument.id, *told, created_at=given.world.now()))
    with_api_token(reception, user, user.id)
    answer_once(given.database, given.world, user.id, "k", b"x", lambda _tx: Answer(201, None, "{}"))
    sign_in(reception, user.email, PASSWORD, HOME)


def test_fault_67_leaving_takes_everything_along_and_nothing_of_others(given, reception):
    ravi = signed_up(reception, "Ravi")
    furnish(given, reception, ravi)
    before = rows_of_every_table(given.database)
    asha = signed_up(reception)
    furnish(given, reception, asha)
    session = signed_in(reception)
    full = rows_of_every_table(given.database)
    assert all(full[name] > 0 for name in full.keys() - {"price_sources", "server_facts", "price_refreshes"} - UNFILLED)

    delete_account(reception, asha, PASSWORD, HOME)

    # What happened stays written down, without the person: two sign-ins, a sign-up and the leaving.
    assert rows_of_every_table(given.database) == before | {"audit_log": before["audit_log"] + 4}
    assert principal_of(reception, session) is None
    with given.database.reading() as tx:
        audit = metadata.tables["audit_log"].c
        named_rows = select(func.count()).where(audit.user_id == asha.id)
        assert tx._connection.execute(named_rows).scalar_one() == 0
    assert signed_up(reception).id != asha.id  # the e-mail is free again


# Filled by the price job or the administrator alone, and tested there: these belong to nobody.
UNFILLED = {"price_history", "prices_held", "close_blocks", "price_verdicts", "history_fills"}
UNFILLED |= {"source_files", "source_quotas", "source_breakers", "source_orders", "market_hours", "market_days"}
UNFILLED |= {"instrument_aliases", "action_proposals", "source_limits"}


def test_nobody_deletes_an_account_without_its_password(reception):
    asha = signed_up(reception)

    with pytest.raises(WrongCredentials):
        delete_account(reception, asha, "not the password", HOME)

    assert signed_in(reception)


def test_after_the_administrator_the_oldest_account_is_the_administrators(reception, clock):
    asha = signed_up(reception)
    for name in ("Ravi", "Meera"):
        clock.advance(60)
        signed_up(reception, name)

    delete_account(reception, asha, PASSWORD, HOME)

    with reception.database.reading() as tx:
        assert {user.name: user.administrator for user in tx.people.all()} == {"Ravi": True, "Meera": False}


def test_when_somebody_else_leaves_the_administrator_stays_alone(reception):
    signed_up(reception)
    ravi, _meera = signed_up(reception, "Ravi"), signed_up(reception, "Meera")

    delete_account(reception, ravi, PASSWORD, HOME)

    with reception.database.reading() as tx:
        assert {user.name: user.administrator for user in tx.people.all()} == {"Asha": True, "Meera": False}


def test_when_the_last_one_leaves_the_next_one_is_the_first(given):
    reception = make_reception(given, sign_up="closed")
    delete_account(reception, signed_up(reception), PASSWORD, HOME)

    assert signed_up(reception, "Ravi").administrator


def test_a_session_of_one_process_is_known_to_another(given, reception, database_url):
    signed_up(reception)
    token = signed_in(reception)
    elsewhere = open_database(database_url)

    assert principal_of(replace(reception, database=elsewhere), token) is not None
    elsewhere.close()


# --- The administrator adds and removes people ------------------------------------------------------------------------


def test_whom_the_administrator_adds_comes_in_by_a_closed_door_and_is_no_administrator(given):
    reception = make_reception(given, sign_up="closed")
    chief = signed_up(reception)

    added = sign_up(reception, "Ravi", "ravi@example.org", PASSWORD, HOME, invited=True)

    assert (chief.administrator, added.administrator) == (True, False)
    assert principal_of(reception, signed_in(reception, "Ravi")).user.id == added.id
    with pytest.raises(WeakPassword):
        sign_up(reception, "Meera", "meera@example.org", "too short", HOME, invited=True)
    with pytest.raises(EmailTaken):
        sign_up(reception, "Ravi", "RAVI@example.org", PASSWORD, HOME, invited=True)


def test_the_administrator_adds_as_many_as_there_are(given):
    reception = make_reception(given, sign_up="closed")
    signed_up(reception)

    for number in range(12):  # at an open door ten an hour may come from one address
        sign_up(reception, "Guest", f"guest{number}@example.org", PASSWORD, HOME, invited=True)


def test_the_administrator_removes_an_account_and_all_that_is_its(reception, given):
    chief, ravi = signed_up(reception), signed_up(reception, "Ravi")
    token, api_token = signed_in(reception, "Ravi"), with_api_token(reception, ravi)
    given.record(ravi, given.portfolio(ravi), buy("INFY", "1", "1"))

    remove_user(reception, chief, ravi.id, PASSWORD, HOME)

    assert (principal_of(reception, token), owner_of_api_token(reception, api_token)) == (None, None)
    with given.database.reading() as tx:
        assert [user.id for user in tx.people.all()] == [chief.id]
        assert tx.portfolios.page(ravi.id, after=None, limit=None) == []
    with pytest.raises(NotFound):
        remove_user(reception, chief, ravi.id, PASSWORD, HOME)


def test_nobody_is_removed_without_the_administrators_own_password(reception, given):
    chief, ravi, meera = signed_up(reception), signed_up(reception, "Ravi"), signed_up(reception, "Meera")

    with pytest.raises(WrongCredentials):
        remove_user(reception, chief, ravi.id, "not this password", HOME)
    with pytest.raises(AdministratorOnly):
        remove_user(reception, ravi, meera.id, PASSWORD, HOME)
    with pytest.raises(OwnAccount):
        remove_user(reception, chief, chief.id, PASSWORD, HOME)

    with given.database.reading() as tx:
        assert len(tx.people.all()) == 3
