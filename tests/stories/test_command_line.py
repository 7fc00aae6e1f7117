"""The commands, as a person types them."""

import sqlite3

import pytest
import structlog
from typer.testing import CliRunner

from tests.api.running import PASSWORD
from tests.stories.processes import command, environment, serving
from tickfolio.cli.commands import app

TYPED = f"{PASSWORD}\n{PASSWORD}\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Runs a command in this process, which takes a tenth of the time; logging is put back as it was."""

    def run(*arguments, typed="", **settings):
        with monkeypatch.context() as patched:
            patched.chdir(tmp_path)
            for name, value in environment(tmp_path, **settings).items():
                patched.setenv(name, value)
            patched.setattr("logging.basicConfig", lambda **_: None)
            return CliRunner().invoke(app, arguments, input=typed)

    yield run
    structlog.reset_defaults()


def test_beyond_loopback_a_secret_is_needed(tmp_path, here):
    for host in ("0.0.0.0", "::", "192.0.2.1", "folio.example.org"):  # noqa: S104  # to be refused
        refused = here("serve", "--host", host, "--port", "1")

        assert refused.exit_code == 2
        assert "TICKFOLIO_SECRET_KEY" in refused.stderr
        assert "openssl rand -hex 32" in refused.stderr
        assert not (tmp_path / "data").exists()


def test_wrong_settings_are_named_without_their_secret_values(tmp_path, here):
    refused = here("migrate", secret_key="a-short-secret", refresh_minutes="7", sign_up="sometimes")

    assert refused.exit_code == 2
    for name in ("TICKFOLIO_SECRET_KEY", "TICKFOLIO_REFRESH_MINUTES", "TICKFOLIO_SIGN_UP"):
        assert name in refused.stderr
    assert "a-short-secret" not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


def test_a_database_that_cannot_be_reached_is_a_sentence_without_its_password(tmp_path, here):
    url = "postgresql://tickfolio:hunter2hunter2@127.0.0.1:9/nothing"

    refused = here("migrate", database_url=url)

    assert refused.exit_code != 0
    assert "hunter2" not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr
    assert "database" in refused.stderr.lower()


def test_fault_53_a_newer_schema_is_refused(tmp_path, here):
    assert here("migrate").exit_code == 0
    with sqlite3.connect(tmp_path / "data" / "tickfolio.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    for arguments in (("serve", "--port", "1"), ("migrate",), ("verify",)):
        refused = here(*arguments)
        assert refused.exit_code == 2
        assert "9999" in refused.stderr
        assert "newer" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_accounts_are_added_and_changed_by_the_operator(tmp_path, here):
    first = here("user", "add", "Asha@Example.org", "Asha", typed=TYPED)
    again = here("user", "add", "asha@example.org", "Asha", typed=TYPED)
    weak = here("user", "add", "ben@example.org", "Ben", typed="short\nshort\n")
    wrong = here("user", "add", "no e-mail", "Ben", typed=TYPED)
    second = here("user", "add", "ben@example.org", "Ben", typed=TYPED)
    new = "walrus pebble cinnamon fjord"
    reset = here("user", "password", "ben@example.org", typed=f"{new}\n{new}\n")
    nobody = here("user", "password", "nobody@example.org", typed=TYPED)
    token = here("user", "token", "asha@example.org", "laptop")
    no_token = here("user", "token", "nobody@example.org", "laptop")

    assert "asha@example.org" in first.stdout
    assert "administrator" in first.stdout
    assert "administrator" not in second.stdout
    assert [one.exit_code for one in (first, second, reset, token)] == [0] * 4
    for refused in (again, weak, wrong, nobody, no_token):
        assert refused.exit_code == 1
        assert "Traceback" not in refused.stderr
        assert refused.stderr.strip()
    assert PASSWORD not in "".join(one.stdout + one.stderr for one in (first, again, second, reset))
    with serving(tmp_path) as server:
        with server.browser(Authorization=f"Bearer {token.stdout.strip()}") as browser:
            assert browser.get("/me").json()["administrator"] is True
        with server.browser() as browser:
            old = browser.post("/session", json={"email": "ben@example.org", "password": PASSWORD})
            now = browser.post("/session", json={"email": "ben@example.org", "password": new})
            assert (old.status_code, now.status_code) == (401, 201)
            sample = browser.post("/sample").json()

    refreshed = here("refresh")
    proved = here("verify")

    assert refreshed.exit_code == 0
    assert "instruments:" in refreshed.stdout
    assert "demo: ok" in refreshed.stdout
    assert proved.exit_code == 0
    assert "1 portfolios checked, 0 holdings differ." in proved.stdout
    with sqlite3.connect(tmp_path / "data" / "tickfolio.db") as connection:
        connection.execute("UPDATE holdings SET quantity = '1' WHERE portfolio_id = ?", (sample["id"],))
    connection.close()
    differing = here("verify")
    assert differing.exit_code == 1
    assert differing.stderr.strip()


def test_fault_56_a_backup_is_whole_and_never_over_another_file(tmp_path, here):
    command(tmp_path, "user", "add", "asha@example.org", "Asha", typed=TYPED)
    with serving(tmp_path) as server, server.browser() as browser:
        browser.post("/session", json={"email": "asha@example.org", "password": PASSWORD})
        made = [browser.post("/portfolios", json={"name": f"P{number}"}).json() for number in range(5)]

        written = here("backup", "copy.db")
        again = here("backup", "copy.db")

        browser.post("/portfolios", json={"name": "afterwards"})
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "data").mkdir(parents=True)
    (tmp_path / "copy.db").rename(elsewhere / "data" / "tickfolio.db")

    assert written.exit_code == 0
    assert "bytes" in written.stdout
    assert again.exit_code == 1
    assert "exists already" in again.stderr
    with serving(elsewhere) as restored, restored.browser() as browser:
        browser.post("/session", json={"email": "asha@example.org", "password": PASSWORD})
        assert browser.get("/portfolios").json()["items"] == made


def test_help_says_what_each_command_is_for(here):
    shown = here("--help")

    assert shown.exit_code == 0
    for name in ("serve", "worker", "migrate", "refresh", "verify", "backup", "user"):
        assert name in shown.stdout
