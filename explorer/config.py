"""Settings: from the environment (`EXPLORER_...`) or a file `.env`, checked, with documented defaults."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

APP = "rapidai4eo-explorer"


class Settings(BaseSettings):
    """What an operator can choose. Each field is the environment variable `EXPLORER_` + its name."""

    model_config = SettingsConfigDict(env_prefix="EXPLORER_", extra="ignore")

    cube_cache_bytes: int = Field(
        1_000_000_000, ge=0, description="Memory for cubes shared by all sessions, in bytes."
    )
    cache_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir(APP)),
        description="Folder for what can be made again: the demo's table, indexes of read-only corpora.",
    )
    tiles: bool = Field(False, description="Offer online basemaps on the map.")


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
