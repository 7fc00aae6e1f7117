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
