"""Sessions: where one is signed in, ending them from afar, and when they were used."""

from datetime import timedelta

import pytest

from tests.builders import PASSWORD, make_reception
from tickfolio.auth.credentials import token_hash
from tickfolio.domain.errors import NotFound
from tickfolio.services.accounts import find_principal, list_users, sign_in, sign_out, sign_up
from tickfolio.services.sessions import end_other_sessions, end_session, list_sessions, note_use

HOME = "203.0.113.7"


class Browser:
    """A browser that is signed in."""

    def __init__(self, reception, email):
        self._reception = reception
        _, self.token, _ = sign_in(reception, email, PASSWORD, HOME)

    @property
    def principal(self):
        with self._reception.database.reading() as tx:
            return find_principal(tx, self._reception.world.now(), session_token=self.token, api_token=None)

    def listed(self):
        with self._reception.database.reading() as tx:
            return list_sessions(tx, self._reception.world, self.principal)


@pytest.fixture
def reception(given):
    return make_reception(given)


@pytest.fixture
def browser(reception):
    """Somebody's browser, by their name; each call is another one."""
    known = set()

    def begin(name):
        if name not in known:
            known.add(name)
            sign_up(reception, name, f"{name}@example.org", PASSWORD, HOME)
        return Browser(reception, f"{name}@example.org")

    return begin


def test_ones_sessions_are_listed_by_their_last_use_without_their_secret(given, browser):
    first, second = browser("Asha"), browser("Asha")
    browser("Ravi")
    given.clock.now += timedelta(hours=2)
    note_use(given.database, given.world, first.principal)

    listed = first.listed()

    assert [one.id for one in listed] == [first.principal.session_id, second.principal.session_id]
    assert [one.last_used_at for one in listed] == [given.clock(), given.clock() - timedelta(hours=2)]
    for one in listed:
        assert one.id not in {first.token, second.token, token_hash(first.token), token_hash(second.token)}


def test_a_session_that_is_over_is_not_listed(given, browser):
    old = browser("Asha")
    given.clock.now += timedelta(days=29)
    new = browser("Asha")
    given.clock.now += timedelta(days=1)

    assert old.principal is None
    assert [one.id for one in new.listed()] == [new.principal.session_id]


def test_one_session_ends_and_the_others_go_on(given, browser):
    here, there = browser("Asha"), browser("Asha")

    with given.database.transaction() as tx:
        end_session(tx, given.world, here.principal, there.principal.session_id)

    assert there.principal is None
    assert [one.id for one in here.listed()] == [here.principal.session_id]


def test_anothers_session_is_not_found_and_goes_on(given, browser):
    asha, ravi = browser("Asha"), browser("Ravi")

    with pytest.raises(NotFound), given.database.transaction() as tx:
        end_session(tx, given.world, ravi.principal, asha.principal.session_id)

    assert asha.principal is not None


def test_all_others_end_and_api_tokens_and_other_people_stay(given, browser):
    here, there, ravi = browser("Asha"), browser("Asha"), browser("Ravi")
    with given.database.transaction() as tx:
        tx.people.add_api_token(given.new_id(), here.principal.user.id, "x", token_hash("t" * 43), given.clock())

    with given.database.transaction() as tx:
        end_other_sessions(tx, here.principal)

    assert there.principal is None
    assert None not in (here.principal, ravi.principal)
    with given.database.reading() as tx:
        program = find_principal(tx, given.clock(), session_token=None, api_token="t" * 43)
    assert program.user.id == here.principal.user.id

    with given.database.transaction() as tx:
        end_other_sessions(tx, program)  # a program has no session: all of them are others
    assert here.principal is None


def test_use_is_written_down_to_the_hour(given, browser):
    asha = browser("Asha")
    begun = given.clock()
    for minutes, noted in ((59, 0), (1, 60), (59, 60), (1, 120)):
        given.clock.now += timedelta(minutes=minutes)
        note_use(given.database, given.world, asha.principal)
        assert asha.principal.session.last_used_at == begun + timedelta(minutes=noted)


def test_an_account_was_seen_when_a_session_was_used_or_begun(given, browser):
    asha, ravi = browser("Asha"), browser("Ravi")
    meera = given.user("Meera")
    begun = given.clock()
    given.clock.now += timedelta(hours=3)
    note_use(given.database, given.world, asha.principal)
    with given.database.transaction() as tx:
        sign_out(tx, ravi.principal)

    with given.database.reading() as tx:
        seen = {user.name: at for user, at in list_users(tx)}

    assert seen == {"Asha": given.clock(), "Ravi": begun, meera.name: None}
