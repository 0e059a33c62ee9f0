"""What `up`, `status` and `down` take from the environment, or from `.env` as the rooms do."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import ConfigurationError


class LaunchSettings(BaseSettings):
    """Where the data lies, where the gateway listens, and which engines were given."""

    model_config = SettingsConfigDict(
        env_prefix="GROUNDSWELL_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    home: Path = Path(".groundswell")
    port: int = Field(default=8000, ge=1, le=65535)
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None


def load_launch_settings() -> LaunchSettings:
    """Read the settings of this process.

    Raises:
        ConfigurationError: a setting is wrong; the message names it.
    """
    try:
        return LaunchSettings()
    except ValidationError as error:
        wrong = "; ".join(
            f"GROUNDSWELL_{str(item['loc'][0]).upper()}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False)
        )
        raise ConfigurationError(f"The settings do not fit. {wrong}") from None
