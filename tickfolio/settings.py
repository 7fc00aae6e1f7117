"""Every setting: its type, unit, default and meaning. From the environment (`TICKFOLIO_*`) or the file `.env`."""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tickfolio.providers.address_check import read_named_hosts
from tickfolio.providers.keys import read_key

# An hour must be a whole number of slots, so that the slots are the same ones every hour.
_SLOT_MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)
_SECRET_SIZE_MIN = 32
_SERVERS = {
    "database_url": ("postgresql://", "postgresql+psycopg://", "sqlite:///"),
    "redis_url": ("redis://", "rediss://", "unix://"),
    "jobs_url": ("redis://", "rediss://", "unix://", "memory://"),
}
PROVIDERS = (
    "demo",
    "amfi",
    "ecb",
    "yahoo",
    "nse",
    "bse",
    "mfapi",
    "coingecko",
    "finnhub",
    "twelvedata",
    "alphavantage",
    "eodhd",
    "own",
)
# These have no address of ours.
_HOMELESS = frozenset({"demo", "own"})
# CoinGecko answers without a key as well; these do not.
KEYED_PROVIDERS = ("finnhub", "twelvedata", "alphavantage", "eodhd")


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
        None, description="Comma-separated sources of prices, as amfi,ecb,yahoo; set, it wins over the page."
    )
    own_source_hosts: str = Field(
        "", description="Comma-separated hosts or networks that people's own sources may ask beside the internet."
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
    nse_url: str = Field("https://nsearchives.nseindia.com", description="Address of NSE's end-of-day files.")
    bse_url: str = Field("https://www.bseindia.com", description="Address of BSE's end-of-day files.")
    mfapi_url: str = Field("https://api.mfapi.in", description="Address of mfapi.in.")
    coingecko_url: str = Field("https://api.coingecko.com/api/v3", description="Address of CoinGecko.")
    coingecko_key: SecretStr | None = Field(None, description="A key of CoinGecko; left out: fewer requests.")
    finnhub_url: str = Field("https://finnhub.io/api/v1", description="Address of Finnhub.")
    finnhub_key: SecretStr | None = Field(None, description="The key that Finnhub is asked with.")
    twelvedata_url: str = Field("https://api.twelvedata.com", description="Address of Twelve Data.")
    twelvedata_key: SecretStr | None = Field(None, description="The key that Twelve Data is asked with.")
    alphavantage_url: str = Field("https://www.alphavantage.co", description="Address of Alpha Vantage.")
    alphavantage_key: SecretStr | None = Field(None, description="The key that Alpha Vantage is asked with.")
    eodhd_url: str = Field("https://eodhd.com/api", description="Address of EODHD.")
    eodhd_key: SecretStr | None = Field(None, description="The key that EODHD is asked with.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged at least.")
    log_format: Literal["json", "text"] = Field("text", description="One JSON object a line, or lines for people.")

    @field_validator("refresh_minutes")
    @classmethod
    def _divides_the_hour(cls, minutes: int) -> int:
        if minutes not in _SLOT_MINUTES:
            raise ValueError(f"must be one of {', '.join(map(str, _SLOT_MINUTES))}")
        return minutes

    @field_validator("base_url", *(f"{name}_url" for name in PROVIDERS if name not in _HOMELESS))
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

    @field_validator("own_source_hosts")
    @classmethod
    def _are_hosts(cls, hosts: str) -> str:
        read_named_hosts(hosts)
        return hosts

    @field_validator("providers")
    @classmethod
    def _are_known(cls, providers: str | None) -> str | None:
        unknown = {name.strip() for name in (providers or "").split(",")} - {"", *PROVIDERS}
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: not among {', '.join(PROVIDERS)}")
        return providers

    @field_validator("coingecko_key", *(f"{name}_key" for name in KEYED_PROVIDERS))
    @classmethod
    def _is_key(cls, key: SecretStr | None) -> SecretStr | None:
        return None if key is None else SecretStr(read_key(key.get_secret_value()))

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        """What the environment switches on can be asked."""
        for name in sorted(self.fixed_providers() or ()):
            if name in KEYED_PROVIDERS and not self.key(name):
                raise ValueError(f"{name} needs a key in TICKFOLIO_{name.upper()}_KEY")
        return self

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

    def key(self, provider: str) -> str:
        """The key of a source of prices; empty where there is none."""
        key: SecretStr | None = getattr(self, f"{provider}_key")
        return "" if key is None else key.get_secret_value()

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
        # What is wrong between settings stands at no one of them.
        wrong = [f"TICKFOLIO_{str((*one['loc'], 'providers')[0]).upper()}: {one['msg']}" for one in error.errors()]
        raise WrongSettings("\n".join(wrong)) from None
