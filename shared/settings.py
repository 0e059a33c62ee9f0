"""Settings, all from the environment (prefix `GROUNDSWELL_`). `.env.example` explains each."""

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.contracts.rooms import Room
from shared.errors import ConfigurationError


class Settings(BaseSettings):
    """What one process of one room needs to know. There are no default secrets."""

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", env_file=".env", extra="ignore")

    room: Room
    database_url: SecretStr
    redis_url: SecretStr
    identity_public_key_file: Path
    # Only the gateway has the private half: no other room can make an identity.
    identity_private_key_file: Path | None = None
    home: Path = Path(".groundswell")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    # 0 serves no health page; in a worker it is the page of probes and metrics.
    health_port: int = Field(default=0, ge=0, le=65535)

    monitor_url: str = "http://127.0.0.1:8001"
    analysis_url: str = "http://127.0.0.1:8002"
    response_url: str = "http://127.0.0.1:8003"
    archive_url: str = "http://127.0.0.1:8004"

    log_level: str = "INFO"
    log_format: str = Field(default="json", pattern="^(json|console)$")

    database_pool: int = Field(default=10, ge=1, le=200)
    # How long a worker may hold a delivery before another takes it, in seconds.
    lease_seconds: float = Field(default=30.0, gt=0)
    sweep_seconds: float = Field(default=1.0, gt=0)
    # Deliveries of new posts waiting in one room beyond this make the monitor answer 503.
    backlog_limit: int = Field(default=5_000, ge=1)

    analysis_model: str = "compact"
    analysis_device: str = Field(default="auto", pattern="^(auto|cpu|cuda)$")
    # Whether a model with weights runs in a process of its own, which may be killed and restarted.
    analysis_isolation: bool = True
    # Registered models; a relative path is below `home`.
    models_folder: Path = Path("models")

    # The gateway's limits: bytes of a body, of an uploaded file, and requests a minute for one key.
    body_limit: int = Field(default=4 * 1024 * 1024, ge=1024)
    upload_limit: int = Field(default=64 * 1024 * 1024, ge=1024)
    rate_limit: str = "12000/minute"

    # Lets feeds be read from private addresses: an intranet. Never link-local ones, where clouds
    # keep their credentials.
    allow_private_sources: bool = False
    # Where the house has its RSSHub, which makes feeds of platforms that have none.
    rsshub_url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")
    # How long the words of a post stay that was deleted where it stood.
    deleted_posts_hours: int = Field(default=24, ge=0, le=720)
    # Between two requests to one site, of all workers together. A robots.txt may ask for more.
    source_pace_seconds: float = Field(default=1.0, ge=0, le=60)

    # Seals the secrets that people store (addresses of alerts, credentials of sources): at least 24
    # random characters; several with commas between them, of which the first seals and all open.
    sealing_keys: SecretStr | None = None
    # Lets alerts go to receivers at private addresses: a mail server or a chat of the house.
    allow_private_receivers: bool = False

    # For how many days pictures of reports are kept, and who told what; evidence is kept.
    picture_days: int = Field(default=180, ge=1, le=3_650)
    telling_days: int = Field(default=365, ge=1, le=3_650)

    # Of the organisation: first steps of notices name what is due there.
    sector: Literal["bank", "shop", "power", "university"] | None = None
    # Where people reach the console: alerts link to it.
    public_url: str = "http://127.0.0.1:8000"
    # Where alerts go besides the console: any URL that takes a JSON POST.
    alert_webhook_url: str | None = None
    # `whsec_` and base64: alerts are signed with it, by Standard Webhooks.
    alert_webhook_secret: SecretStr | None = None
    # Where published statements go on the webhook channel.
    statement_webhook_url: str | None = None
    # Signs what is sent there: `whsec_` and 24 to 64 random bytes in base64 (Standard Webhooks).
    statement_webhook_secret: SecretStr | None = None
    # Whether the receiver publishes a repeated `webhook-id` once, as Standard Webhooks ask. If not,
    # a try without an answer is never repeated: a person settles it.
    statement_webhook_idempotent: bool = True

    @property
    def models_path(self) -> Path:
        """The folder of registered models, which all processes of the analysis room share."""
        return (self.home / self.models_folder).absolute()

    @cached_property
    def signing_secret(self) -> bytes:
        """A secret that all replicas of the room share and nobody outside has: the password of the
        room's database role. It signs cursors, which protect nothing but themselves."""
        password = urlsplit(self.database_url.get_secret_value()).password or ""
        return f"{self.room}:{password}".encode()


def load_settings(room: Room | None = None) -> Settings:
    """Read the settings of this process.

    Raises:
        ConfigurationError: a setting is missing or wrong; the message names each.
    """
    try:
        return Settings(room=room) if room else Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"GROUNDSWELL_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False)
        )
        raise ConfigurationError(f"The settings do not fit. {wrong}") from None
