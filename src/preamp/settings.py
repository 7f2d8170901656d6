"""Every knob of preamp, once: name, default, bounds and meaning.

A value comes from the default, then a TOML file, then the environment (`PREAMP_` and the name in capitals), then the
command line; the later wins. docs/reference/settings.md is `reference()`, kept true by tests/unit/test_docs.py.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct

PREFIX = "PREAMP_"
Address = Annotated[str, Meta(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[^:\s\[\]]+):[0-9]{1,5}$")]


class SettingsError(ValueError):
    """A setting has a value that it cannot have; the message names it, where it came from, and what would be right."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator may turn."""

    http: Annotated[Address, Meta(description="Where HTTP is served, HOST:PORT. Port 0 takes a free one.")] = (
        "127.0.0.1:20002"
    )
    https: Annotated[Address, Meta(description="Where HTTPS is served, HOST:PORT. Port 0 takes a free one.")] = (
        "127.0.0.1:20443"
    )
    public_url: Annotated[
        str,
        Meta(
            description="What clients reach the server by, as endpoints in answers say it, for example behind a proxy. "
            "Empty: the HTTPS address.",
            pattern=r"^(https?://[^/\s]+)?$",
        ),
    ] = ""
    data: Annotated[str, Meta(description="Data directory: SQLite files, keys, certificates.", min_length=1)] = (
        "preamp-data"
    )
    database: Annotated[
        str,
        Meta(
            description="Control database: `sqlite:///PATH` or `postgresql://USER@HOST/NAME`. "
            "Empty: `preamp.sqlite3` in the data directory.",
        ),
    ] = ""
    database_connections: Annotated[int, Meta(description="PostgreSQL connections kept open.", ge=2, le=200)] = 10
    region: Annotated[
        str,
        Meta(
            description="AWS region that ids, ARNs and configuration name. Signatures of any region are accepted.",
            pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$",
        ),
    ] = "us-east-1"
    account: Annotated[str, Meta(description="AWS account id that ARNs name, 12 digits.", pattern=r"^[0-9]{12}$")] = (
        "000000000000"
    )
    clock_skew_seconds: Annotated[
        int,
        Meta(
            description="How far the time of a signed request may be off, either way.",
            ge=1,
            le=86_400,
            extra={"unit": "seconds"},
        ),
    ] = 900
    max_body_bytes: Annotated[
        int,
        Meta(description="Largest request body read into memory.", ge=1024, le=1 << 30, extra={"unit": "bytes"}),
    ] = 10 * 1024 * 1024
    max_head_bytes: Annotated[
        int,
        Meta(
            description="Largest request line and headers together.",
            ge=4096,
            le=1 << 20,
            extra={"unit": "bytes"},
        ),
    ] = 65_536
    head_seconds: Annotated[
        int,
        Meta(description="How long a client may take to send its headers.", ge=1, le=3600, extra={"unit": "seconds"}),
    ] = 20
    shutdown_seconds: Annotated[
        int,
        Meta(
            description="How long running requests may take to end after SIGTERM.",
            ge=1,
            le=3600,
            extra={"unit": "seconds"},
        ),
    ] = 20
    job_lease_seconds: Annotated[
        int,
        Meta(
            description="After how long the jobs of a node that died are taken over by another.",
            ge=1,
            le=3600,
            extra={"unit": "seconds"},
        ),
    ] = 15
    job_concurrency: Annotated[int, Meta(description="Jobs that run at a time on this node.", ge=1, le=100)] = 8
    api_key_days: Annotated[
        int,
        Meta(description="Life of the API key that quickstart creates.", ge=1, le=365, extra={"unit": "days"}),
    ] = 7
    graphql_joined_sort_keys: Annotated[
        bool,
        Meta(
            description="Compare composite sort keys as AWS does, as one text in which 10 stands before 9; "
            "no index serves that."
        ),
    ] = False
    graphql_timeout_seconds: Annotated[
        int,
        Meta(description="Longest run of one GraphQL request.", ge=1, le=3600, extra={"unit": "seconds"}),
    ] = 30
    objects: Annotated[
        str,
        Meta(
            description="Where the bytes of stored objects lie: `file:///PATH`, or with the extra `objects` "
            "`s3://BUCKET/PREFIX?endpoint=URL`, `gs://` or `az://`. Empty: `objects/` in the data directory.",
        ),
    ] = ""
    storage_quota_bytes: Annotated[
        int,
        Meta(
            description="How much a bucket without a quota of its own may hold; 0 is no bound.",
            ge=0,
            le=1 << 60,
            extra={"unit": "bytes"},
        ),
    ] = 0
    storage_upload_days: Annotated[
        int,
        Meta(
            description="After how long a multipart upload that nobody completed is forgotten.",
            ge=1,
            le=365,
            extra={"unit": "days"},
        ),
    ] = 7
    oidc_private_addresses: Annotated[
        bool,
        Meta(
            description="Whether OpenID Connect providers of GraphQL APIs may be at loopback and private addresses, "
            "where plain HTTP is allowed. False: HTTPS at public addresses only.",
        ),
    ] = False
    mail: Annotated[
        str,
        Meta(
            description="Where mail goes: `outbox://` (kept in the database, shown by `preamp outbox`), "
            "`smtp://USER:PASSWORD@HOST:587?from=ADDRESS`, `smtps://`, "
            "`ses://KEY:SECRET@HOST?from=ADDRESS&region=REGION` or a webhook `https://:SECRET@HOST/PATH`.",
        ),
    ] = "outbox://"
    sms: Annotated[
        str,
        Meta(
            description="Where SMS go: `outbox://`, `twilio://SID:TOKEN@api.twilio.com?from=NUMBER`, "
            "`sns://KEY:SECRET@HOST?region=REGION` or a webhook `https://:SECRET@HOST/PATH`.",
        ),
    ] = "outbox://"
    messages_per_recipient: Annotated[
        int, Meta(description="Most mails or SMS of a user pool to one recipient in an hour.", ge=1, le=1_000_000)
    ] = 30
    messages_per_pool: Annotated[
        int, Meta(description="Most mails and SMS of a user pool in an hour.", ge=1, le=1_000_000_000)
    ] = 10_000
    outbox_messages: Annotated[
        int, Meta(description="Messages that the outbox keeps; newer ones displace the oldest.", ge=1, le=100_000)
    ] = 1000
    auth_hides_users: Annotated[
        bool,
        Meta(
            description="Whether app clients that do not set PreventUserExistenceErrors hide if a user exists. "
            "Cognito's own API does not; clients that Amplify makes always hide it.",
        ),
    ] = True
    function_urls: Annotated[
        str,
        Meta(
            description="By which URLs the functions that pools' triggers name are reached: `NAME=URL NAME=URL`. "
            "A trigger's ARN may also be a URL itself.",
            max_length=65_536,
        ),
    ] = ""
    auth_max_body_bytes: Annotated[
        int,
        Meta(
            description="Largest request body of the user pools' API.",
            ge=16_384,
            le=1 << 24,
            extra={"unit": "bytes"},
        ),
    ] = 262_144
    bus: Annotated[
        str,
        Meta(
            description="What carries subscription events between nodes: `memory://`, `postgresql://USER@HOST/NAME` or "
            "`nats://HOST:PORT`. Empty: the control database where it is PostgreSQL, else memory.",
        ),
    ] = ""
    realtime_connections: Annotated[
        int, Meta(description="WebSocket connections that one node holds.", ge=1, le=1_000_000)
    ] = 10_000
    realtime_backlog_bytes: Annotated[
        int,
        Meta(
            description="What may wait for one WebSocket client; a client that lets more pile up is cut off.",
            ge=300_000,
            le=1 << 30,
            extra={"unit": "bytes"},
        ),
    ] = 1 << 20
    guests_per_second: Annotated[
        int,
        Meta(description="New guests of an identity pool that this node makes in a second.", ge=1, le=100_000),
    ] = 25
    hosted_ui_css: Annotated[
        str,
        Meta(
            description="CSS file for the hosted UI, read at start and added to its own style. Empty: that style alone."
        ),
    ] = ""
    hosted_ui_requires_pkce: Annotated[
        bool,
        Meta(
            description="Whether apps without a client secret must use PKCE in the code flow, as Amplify always does."
        ),
    ] = True
    social_issuers: Annotated[
        str,
        Meta(
            description="Social providers to be found at another OIDC issuer, for a proxy or for tests: "
            "`Google=https://HOST,Facebook=https://HOST`.",
            pattern=r"^([A-Za-z]+=https?://[^,\s]+(,\s*|$))*$",
        ),
    ] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least level that is logged.")
    ] = "info"
    log_format: Annotated[
        Literal["text", "json"], Meta(description="Plain lines, or one JSON object per line; always on stderr.")
    ] = "text"
    install_key_file: Annotated[
        str,
        Meta(
            description="File with the install key (32 bytes, base64; mode 0600) that seals secrets at rest. Nodes of "
            "one database share it. Empty: `install.key` in the data directory, made at first start.",
        ),
    ] = ""
    tls_cert_file: Annotated[
        str,
        Meta(
            description="Certificate chain for HTTPS, PEM; goes with `tls_key_file`. Empty: a local CA and a "
            "certificate are made in `tls/` of the data directory and renewed at start.",
        ),
    ] = ""
    tls_key_file: Annotated[str, Meta(description="Private key of `tls_cert_file`, PEM.")] = ""
    tls_hosts: Annotated[
        str,
        Meta(
            description="Names and addresses for the made certificate besides localhost, 127.0.0.1 and ::1, "
            "comma-separated.",
        ),
    ] = ""

    @property
    def database_url(self) -> str:
        """The control database's URL."""
        return self.database or f"sqlite:///{Path(self.data).absolute() / 'preamp.sqlite3'}"

    @property
    def bus_url(self) -> str:
        """The bus's URL."""
        return self.bus or (self.database if self.database.startswith("postgres") else "memory://")

    def __post_init__(self) -> None:
        if bool(self.tls_cert_file) != bool(self.tls_key_file):
            raise ValueError("tls_cert_file and tls_key_file go together")
        if self.objects and not self.objects.startswith(("file:///", "s3://", "gs://", "az://", "memory://")):
            raise ValueError("objects must begin with file:///, s3://, gs:// or az://")
        if self.database and not self.database.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("database must begin with sqlite:/// or postgresql://")
        for name in ("http", "https"):
            if int(getattr(self, name).rpartition(":")[2]) > 65_535:
                raise ValueError(f"{name}: a port is at most 65535")


def read(environment: Mapping[str, str], file: Path | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """Settings from a TOML file, environment variables and command-line flags (None = not given).

    Raises SettingsError. Environment variables of other names that begin with PREAMP_ are left alone: orchestrators
    set some by themselves.
    """
    names = Settings.__struct_fields__
    values: dict[str, Any] = {} if file is None else _toml(file)
    values |= {name: environment[PREFIX + name.upper()] for name in names if environment.get(PREFIX + name.upper())}
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(str(error), values)) from None


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise SettingsError(f"cannot read the configuration file {file}: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"{file} is not TOML: {error}") from None


def _explain(problem: str, values: Mapping[str, Any]) -> str:
    text, _, path = problem.partition(" - at `$.")
    name = path.rstrip("`")
    if not name:
        return f"settings: {text}"
    return f"setting {name} (environment {PREFIX}{name.upper()}) is {str(values.get(name))!r}: {text}"


def reference() -> str:
    """The text of docs/reference/settings.md."""
    lines = [
        "# Settings",
        "",
        "Each setting has one name. It is read from the file of `--config` (TOML, `name = value`), then from the",
        "environment, then from the command line (`preamp serve --help`); the later wins.",
        "",
        "| setting | environment | default | meaning |",
        "|---|---|---|---|",
    ]
    hints = get_type_hints(Settings, include_extras=True)
    lines += [_line(field.name, field.default, hints[field.name]) for field in msgspec.structs.fields(Settings)]
    return "\n".join(lines) + "\n"


def _line(name: str, default: object, hint: Any) -> str:
    metas = [meta for meta in hint.__metadata__ if isinstance(meta, Meta)]
    meaning = next(meta.description for meta in metas if meta.description)
    unit = next((str(meta.extra["unit"]) for meta in metas if meta.extra), "")
    low, high = (next((getattr(meta, end) for meta in metas), None) for end in ("ge", "le"))
    choices = [f"`{choice}`" for choice in get_args(get_args(hint)[0])]
    bounds = f" {low} to {high}{' ' + unit if unit else ''}." if low is not None else ""
    one_of = f" One of {', '.join(choices)}." if choices else ""
    shown = "empty" if default == "" else f"`{default}`"
    return f"| `{name}` | `{PREFIX}{name.upper()}` | {shown} | {meaning}{one_of}{bounds} |"
