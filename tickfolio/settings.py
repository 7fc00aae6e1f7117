"""Every setting: its type, unit, default and meaning. From the environment (`TICKFOLIO_*`) or the file `.env`."""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# An hour must be a whole number of slots, so that the slots are the same ones every hour.
_SLOT_MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)
_SECRET_SIZE_MIN = 32
_SERVERS = {
    "database_url": ("postgresql://", "postgresql+psycopg://", "sqlite:///"),
    "redis_url": ("redis://", "rediss://", "unix://"),
    "jobs_url": ("redis://", "rediss://", "unix://", "memory://"),
}
PROVIDERS = ("demo", "amfi", "ecb", "yahoo")


class Settings(BaseSettings):
    """How this server runs. What is left out has a default that is safe on one machine."""

    model_config = SettingsConfigDict(env_prefix="TICKFOLIO_", env_file=".env", extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(Path("data"), description="Folder of the embedded database.")
    database_url: SecretStr | None = Field(
        None, description="postgresql://user:password@host/name; left out: SQLite in the data folder."
    )
    redis_url: SecretStr | None = Field(
        None, description="redis://host:6379/0 for the cache, news and limits that processes share; left out: none."
    )
    jobs_url: SecretStr | None = Field(
        None, description="Redis of the job queue, which must be trusted; left out: redis_url, or else in memory."
    )
    secret_key: SecretStr | None = Field(
        None, description="At least 32 characters that seal cached answers; needed beyond loopback."
    )
    base_url: str | None = Field(None, description="Where people reach this server, as https://folio.example.org.")
    trusted_proxies: str = Field(
        "", description="Comma-separated addresses or networks of proxies whose X-Forwarded-For is believed."
    )
    sign_up: Literal["closed", "open", "invite"] = Field(
        "closed", description="Who may sign up once the administrator has: nobody, everybody, or who is added by hand."
    )
    password_length_min: int = Field(15, ge=8, le=100, description="Characters that a password must have at least.")
    session_days: int = Field(30, ge=1, le=365, description="Days until a browser must sign in again.")
    providers: str | None = Field(
        None, description="Comma-separated sources of prices (demo,amfi,ecb,yahoo); set, it wins over the page."
    )
    refresh_minutes: int = Field(10, description="Minutes between two refreshes: a divisor of 60.")
    refresh_cooldown_seconds: int = Field(
        60, ge=0, le=86_400, description="Seconds between two refreshes that are asked for by hand."
    )
    yahoo_url: str = Field("https://query1.finance.yahoo.com", description="Address of Yahoo Finance.")
    amfi_url: str = Field(
        "https://portal.amfiindia.com/spages/NAVAll.txt", description="Address of AMFI's file of all funds' prices."
    )
    ecb_url: str = Field(
        "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
        description="Address of the European Central Bank's daily reference rates.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged at least.")
    log_format: Literal["json", "text"] = Field("text", description="One JSON object a line, or lines for people.")

    @field_validator("refresh_minutes")
    @classmethod
    def _divides_the_hour(cls, minutes: int) -> int:
        if minutes not in _SLOT_MINUTES:
            raise ValueError(f"must be one of {', '.join(map(str, _SLOT_MINUTES))}")
        return minutes

    @field_validator("base_url", "yahoo_url", "amfi_url", "ecb_url")
    @classmethod
    def _is_web_address(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "https://left.out")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address that begins with https:// or http://")
        return url

    @field_validator("database_url", "redis_url", "jobs_url")
    @classmethod
    def _is_server_address(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        kinds = _SERVERS[info.field_name or ""]
        if url is not None and not url.get_secret_value().startswith(kinds):
            raise ValueError(f"must begin with {' or '.join(kinds)}")
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: str) -> str:
        for one in filter(None, (part.strip() for part in proxies.split(","))):
            try:
                ip_network(one, strict=False)
            except ValueError:
                raise ValueError(f"{one}: not an address or network, as 127.0.0.1 or 10.0.0.0/8") from None
        return proxies

    @field_validator("providers")
    @classmethod
    def _are_known(cls, providers: str | None) -> str | None:
        unknown = {name.strip() for name in (providers or "").split(",")} - {"", *PROVIDERS}
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: not among {', '.join(PROVIDERS)}")
        return providers

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value()) < _SECRET_SIZE_MIN:
            raise ValueError(
                f"must have at least {_SECRET_SIZE_MIN} characters; `openssl rand -hex 32` makes a good one"
            )
        return secret

    def database(self) -> str:
        """The database's URL, secrets and all."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.resolve()}/tickfolio.db"

    def redis(self) -> str | None:
        """The Redis that processes share, or None."""
        return self.redis_url.get_secret_value() if self.redis_url else None

    def jobs(self) -> str:
        """The job queue's URL; `memory://` keeps it in this process."""
        if self.jobs_url is not None:
            return self.jobs_url.get_secret_value()
        return self.redis() or "memory://tickfolio"

    def fixed_providers(self) -> frozenset[str] | None:
        """The sources that the environment says are on; None when the page decides."""
        if self.providers is None:
            return None
        return frozenset(name.strip() for name in self.providers.split(",") if name.strip())

    def proxies(self) -> tuple[str, ...]:
        """The trusted proxies' addresses and networks."""
        return tuple(one.strip() for one in self.trusted_proxies.split(",") if one.strip())


class WrongSettings(ValueError):
    """A setting is not what it must be; the message names each of them, and never a secret's value."""


def read_settings() -> Settings:
    """The settings of the environment and `.env`. Raises: WrongSettings."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"TICKFOLIO_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors()]
        raise WrongSettings("\n".join(wrong)) from None
