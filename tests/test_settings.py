"""Settings: a wrong one is named before anything starts, and no secret is told."""

import pytest

from tickfolio.settings import WrongSettings, read_settings


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # no .env of whoever runs the tests


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "folio.example.org"),
        ("YAHOO_URL", "ftp://example.org"),
        ("AMFI_URL", "portal"),
        ("TRUSTED_PROXIES", "127.0.0.1, localhost"),
        ("REDIS_URL", "localhost:6379/hunter2"),
        ("JOBS_URL", "redis//:hunter2@localhost"),
        ("DATABASE_URL", "mysql://root:hunter2@localhost/x"),
        ("SECRET_KEY", "hunter2"),
        ("REFRESH_MINUTES", "7"),
        ("PROVIDERS", "amfi,bloomberg"),
        ("PROVIDERS", "amfi,finnhub"),
        ("NSE_URL", "nse"),
        ("FINNHUB_KEY", "hunter2 and more"),
        ("COINGECKO_KEY", "hunter2\u00e4"),
        ("EODHD_KEY", "hunter2" * 100),
    ],
)
def test_a_wrong_setting_is_named_without_its_secret(monkeypatch, name, value):
    monkeypatch.setenv(f"TICKFOLIO_{name}", value)

    with pytest.raises(WrongSettings) as wrong:
        read_settings()

    assert f"TICKFOLIO_{name}: " in str(wrong.value)
    assert "hunter2" not in str(wrong.value)


def test_right_settings_pass(monkeypatch):
    for name, value in {
        "BASE_URL": "https://folio.example.org",
        "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8, ::1",
        "REDIS_URL": "redis://:hunter2@localhost:6379/0",
        "DATABASE_URL": "postgresql://folio:hunter2@localhost/folio",
    }.items():
        monkeypatch.setenv(f"TICKFOLIO_{name}", value)

    settings = read_settings()

    assert settings.proxies() == ("127.0.0.1", "10.0.0.0/8", "::1")
    assert settings.jobs() == settings.redis() == "redis://:hunter2@localhost:6379/0"
    assert "hunter2" not in repr(settings)


def test_a_key_is_taken_without_the_blanks_around_it_and_shown_to_nobody(monkeypatch):
    monkeypatch.setenv("TICKFOLIO_FINNHUB_KEY", " hunter2\n")
    monkeypatch.setenv("TICKFOLIO_EODHD_KEY", "  ")
    monkeypatch.setenv("TICKFOLIO_PROVIDERS", "amfi,finnhub")

    settings = read_settings()

    assert (settings.key("finnhub"), settings.key("eodhd")) == ("hunter2", "")
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_a_source_that_is_switched_on_without_its_key_is_named(monkeypatch):
    monkeypatch.setenv("TICKFOLIO_PROVIDERS", "eodhd")

    with pytest.raises(WrongSettings, match=r"TICKFOLIO_PROVIDERS: .*eodhd needs a key in TICKFOLIO_EODHD_KEY"):
        read_settings()
