"""Settings: from the environment (`EXPLORER_...`), checked, with documented defaults."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

APP = "rapidai4eo-explorer"


class Settings(BaseSettings):
    """What an operator can choose. Each field is the environment variable `EXPLORER_` + its name."""

    model_config = SettingsConfigDict(env_prefix="EXPLORER_", extra="ignore")

    corpus: str = Field(
        "demo",
        description="What `serve` shows where no corpus is named: a folder, URL, catalog.json, or demo.",
    )
    cube_cache_bytes: int = Field(
        1_000_000_000, ge=0, description="Memory for cubes shared by all sessions, in bytes."
    )
    cache_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir(APP)),
        description="Folder for what can be made again: the demo's table, indexes of read-only corpora, chips.",
    )
    chip_cache_bytes: int = Field(
        10_000_000_000, ge=0, description="Disk for chips of remote corpora, in bytes; 0 keeps none."
    )
    http_connections: int = Field(32, ge=1, le=256, description="Requests in flight to a remote corpus.")
    http_retries: int = Field(
        4, ge=0, le=20, description="How often a request is tried again where that can help."
    )
    http_connect_timeout: float = Field(
        5.0, gt=0, allow_inf_nan=False, description="Seconds until a remote corpus must accept a connection."
    )
    http_read_timeout: float = Field(
        10.0, gt=0, allow_inf_nan=False, description="Seconds that a remote corpus may be silent."
    )
    http_total_timeout: float = Field(
        60.0,
        gt=0,
        allow_inf_nan=False,
        description="Seconds for one chip in all, with what is tried again; ten times as long for its tables.",
    )
    allow_redirect: str = Field(
        "",
        description="Other hosts that a remote corpus may redirect to, as cdn.example.org:8443, with commas between.",
    )
    profile: str = Field(
        "",
        description="A `rapidai4eo.toml` that says what the corpus's files do not; empty: the one beside the corpus, if any.",
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir(APP)),
        description="Folder for what people made and nothing can make again: the verdicts of reviews.",
    )
    review_database: str = Field(
        "",
        description="Where verdicts are kept: a file (SQLite) or a URL postgresql://...; empty: a file in data_dir.",
    )
    review_corpus: str = Field(
        "",
        max_length=200,
        description="Name of the corpus that verdicts are kept under; empty: its place (folder, URL, or demo).",
    )
    read_ahead: bool = Field(
        True, description="Read the sample that is likely to be next, while nothing else is to do."
    )
    spare_pages: int = Field(
        4, ge=0, le=200, description="Pages made ahead for whoever comes next, while nothing else is to do."
    )
    max_pages: int = Field(
        200,
        ge=1,
        le=10_000,
        description="Pages that one process keeps open at once, for all visitors together.",
    )
    max_pages_per_address: int = Field(
        100,
        ge=1,
        le=10_000,
        description="Pages that one address (of IPv6: one network /64) has open at once.",
    )
    max_connections_per_address: int = Field(
        256,
        ge=0,
        description="Connections, websockets apart, that one address has open at once in one process; 0: any number. Not of trusted proxies.",
    )
    stuck_seconds: float = Field(
        30.0,
        ge=0,
        allow_inf_nan=False,
        description="With --num-procs: a process that answers nobody for so long is ended, and another started; 0: never.",
    )
    prefix: str = Field(
        "",
        description="The path under which the server is called, as /user/x/proxy/absolute/5006; empty: none, or one that a proxy takes away.",
    )
    trusted_proxies: str = Field(
        "",
        description="Proxies that say truly for whom they ask (X-Forwarded-For): addresses or networks, with commas between.",
    )
    proxy_secret: SecretStr = Field(
        SecretStr(""),
        description="What the proxy in front sends as X-Explorer-Proxy-Secret: nothing else is answered, and whatever name visitors use is right.",
    )
    plain: bool = Field(
        False,
        description="Use no private parts of Bokeh, Panel and Tornado: slower, for versions that are not known yet.",
    )
    tiles: bool = Field(False, description="Offer online basemaps on the map.")
    embed_in: str = Field(
        "", description="Hosts whose pages may show this one in a frame, with spaces between them."
    )
    uploads: Literal["auto", "yes", "no"] = Field(
        "auto",
        description="Whether visitors may add opinions on the page; auto: where one has to log in, or only this machine reaches the server.",
    )
    max_upload_mb: int = Field(
        200,
        ge=1,
        le=4_000,
        description="Megabytes that the file of an opinion may have which a visitor adds.",
    )
    login_file: str = Field("", description="Who may come in: a file of names and hashes of passwords.")
    login_password: SecretStr = Field(
        SecretStr(""),
        description="One password for all who may come in; everybody gives a name of their own.",
    )
    cookie_secret: SecretStr = Field(
        SecretStr(""),
        description="What logins are signed with; the same on all machines that serve one address.",
    )
    oauth_provider: str = Field("", description="Who says who may come in, by Panel's name, or `generic`.")
    oauth_key: str = Field("", description="The explorer's id at that provider.")
    oauth_secret: SecretStr = Field(SecretStr(""), description="The explorer's secret at that provider.")
    oauth_redirect_uri: str = Field("", description="The page's address, as that provider knows it.")
    oauth_user: str = Field(
        "", description="Which claim of the provider is the name; empty: the provider's usual one."
    )
    oauth_extra: dict[str, str] = Field(
        default_factory=dict, description="What else Panel is to know of the provider, as a JSON object."
    )

    def __getstate__(self) -> dict[Any, Any]:
        """Without secrets: what a worker process is sent reads chips, and lets nobody in."""
        state = super().__getstate__()
        fields = state["__dict__"].items()
        hidden = {
            name: SecretStr("") if isinstance(value, SecretStr) else value for name, value in fields
        } | {"oauth_extra": {}}
        return {**state, "__dict__": hidden}


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
