"""Settings, from the environment (`LUOCHUI_…`) and from command options.

Secrets come from the environment or from files and are never logged.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from exchange.secret_values import SecretFiles, remember_settings


class Settings(BaseSettings):
    """How this process runs."""

    model_config = SettingsConfigDict(env_prefix="LUOCHUI_", extra="ignore", hide_input_in_errors=True)

    database_url: str = Field(default="sqlite:///var/luochui.db", repr=False)
    """`sqlite:///file.db` or `postgresql://user:password@host/name`."""
    redis_url: str | None = Field(default=None, repr=False)
    role: Literal["all", "web", "house"] = "all"
    house: str = "hub"
    """Name of the house that this process serves."""
    standby: bool = False
    """Wait until the house has no living holder, and own it then."""
    lease_seconds: float = Field(default=2.0, ge=0.5, le=600)
    """How long a house belongs to a holder that gives no sign of life; it gives one in each third of it."""
    grace_seconds: int = Field(default=60, ge=0, le=3600)
    """What a lot gets beside the length of an outage, for its bidders to come back."""
    house_secret: SecretStr | None = Field(default=None, min_length=16)
    """Shared by the processes of a house: with it commands reach the house while the bus is gone."""
    house_bind: str = "127.0.0.1:0"
    """Where the house listens for them, host:port; port 0: any free one."""
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""
    """The public address, like https://jishu.example.gov.cn; empty: http://host:port."""
    extra_origins: tuple[str, ...] = ()
    """More exact origins from which browsers may act."""
    proxies: tuple[IPvAnyNetwork, ...] = ()
    """Addresses or networks of the proxies in front, like ["10.0.0.2"]: only from them is X-Forwarded-For believed."""
    var_dir: Path = Path("var")
    snapshot_events: int = Field(default=20_000, ge=0)
    """After so many events this machine makes a new snapshot of the house (`luochui snapshot`); 0: never."""
    batch_prefix: str = Field(default="LY", pattern=r"^[A-Z][A-Z0-9]{0,11}$")
    """How the ids of this node's quarterly batches begin, like LY in LY-2026Q4."""
    rules_dir: Path | None = None
    """A directory of rule files instead of the built-in ones."""
    proof_key: SecretStr | None = None
    """The private key (Ed25519, PEM or 64 hexadecimal digits) that signs heads, instead of a file under var_dir."""
    head_seconds: int = Field(default=60, ge=1, le=86_400)
    """After so long a new head of the tree over the journal is signed, if there is anything new."""
    bank_secret: SecretStr | None = Field(default=None, min_length=16)
    """Shared with the bank, for the signature of its callbacks; without it only an account with the role `bank`
    tells of money."""
    escrow_name: str = ""
    """Holder, number and clearing code of the escrow account, for orders to the bank (pain.001)."""
    escrow_account: str = ""
    escrow_bank: str = ""
    second_factor: Literal["required", "enrolled", "off"] = "enrolled"
    """Who shows a second factor before acts that bind: everybody (what `luochui serve` takes unless told otherwise),
    those who have one, or nobody, for a closed test bed."""
    rate_limit: int = Field(default=10, ge=1, le=1_000_000)
    """Requests and messages a second that one principal may make for ever, and twice as many at once. Who
    measures how fast a house decides lifts it for the house of the measurement; nobody else needs to."""
    nodes: tuple[str, ...] = ()
    """Other nodes of the network beside those in the register, each as `id=https://address#public key in hex`."""
    smtp_host: str = ""
    """The server through which mail goes; empty: none goes."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    mail_from: str = "luochui@localhost"
    """The address from which mail comes."""
    log_json: bool = False
    log_decisions: bool = False
    """A log line for each event of the journal, with command id and seq, in house and web processes alike."""
    demo: bool = False

    def model_post_init(self, _context: Any) -> None:
        """No log line tells a secret of these settings from now on."""
        remember_settings(self)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource, **named: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the code gives, then the environment, then the files that `…_FILE` names."""
        return (*sources, *named.values(), SecretFiles(settings_cls))

    @property
    def public_url(self) -> str:
        """The address that readers use, without a slash at the end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin from which a browser may act; on this machine localhost is the same as 127.0.0.1."""
        own = [self.public_url]
        if not self.base_url and self.host in ("127.0.0.1", "localhost", "0.0.0.0"):  # noqa: S104 (compared only)
            own += [f"http://{name}:{self.port}" for name in ("127.0.0.1", "localhost")]
        return tuple(dict.fromkeys((*own, *self.extra_origins)))

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are for https only."""
        return self.public_url.startswith("https://")
