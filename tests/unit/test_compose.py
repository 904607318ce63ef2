"""compose.yml against the settings that the parts really have, and the secrets that it gives them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

import gateway.settings
import profile_service.settings
import report_service.settings
from deploy.make_secrets import make_secrets
from runtime.settings import Secret, rows

ROOT: Final = Path(__file__).parents[2]
COMPOSE: Final[dict[str, Any]] = YAML(typ="safe").load((ROOT / "compose.yml").read_text(encoding="utf-8"))
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
SECRETS_FOLDER: Final = "/run/secrets"
PARTS: Final = {
    "gateway": gateway.settings,
    "profile": profile_service.settings,
    "report": report_service.settings,
    "worker": report_service.settings,
}
SERVING: Final = ("gateway", "profile", "report")


def variables(part: str) -> dict[str, bool]:
    """Return every variable that a part reads, and whether it, or its twin with _FILE, must be given."""
    module: Any = PARTS[part]
    named = [(names.split(" or "), default) for names, default, _ in rows(module.Settings, prefix=module.PREFIX)]
    return {name: default == "required" for names, default in named for name in names}


def environment(service: str) -> dict[str, str]:
    """Return the variables that a service is given."""
    return dict(SERVICES[service]["environment"])


def mounts(service: str) -> dict[str, str]:
    """Return the folder in the container of each volume, without its mode."""
    return dict(volume.split(":")[:2] for volume in SERVICES[service]["volumes"])


def is_read_only(service: str, volume: str) -> bool:
    return f"{volume}:{mounts(service)[volume]}:ro" in SERVICES[service]["volumes"]


def port(address: str) -> str:
    return address.rpartition(":")[2]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """What the volumes of secrets hold once the service `secrets` has ended."""
    for volume, folder in mounts("secrets").items():
        assert volume.startswith("secrets-")
        (tmp_path / Path(folder).relative_to(SECRETS_FOLDER)).mkdir()
    make_secrets(tmp_path)
    return tmp_path


@pytest.mark.parametrize("part", PARTS)
def test_variables_of_a_part_are_its_settings(part: str) -> None:
    """A variable that the part does not read would be a slip of the pen that nobody notices."""
    assert set(SERVICES[part]["environment"]) <= set(variables(part))


@pytest.mark.parametrize("part", PARTS)
def test_required_settings_of_a_part_are_given(part: str) -> None:
    """Every setting without a default is given, a secret as a file."""
    given = {name.removesuffix("_FILE") for name in SERVICES[part]["environment"]}
    assert {name.removesuffix("_FILE") for name, required in variables(part).items() if required} <= given


@pytest.mark.parametrize("part", PARTS)
def test_settings_of_a_part_are_accepted_with_the_made_secrets(part: str, secrets: Path) -> None:
    """The part starts on its environment: the values are good and the files that it names are there."""
    environ = {name: value.replace(SECRETS_FOLDER, str(secrets)) for name, value in environment(part).items()}
    settings: Any = PARTS[part].Settings.from_env(environ)
    assert isinstance(settings.internal_secret, Secret)
    assert float(SERVICES[part]["stop_grace_period"].removesuffix("s")) > settings.grace_seconds


def test_secrets_in_the_environment_are_always_files() -> None:
    """No secret stands in compose.yml."""
    for part, module in PARTS.items():
        secret = {name for name in variables(part) if f"{name}_FILE" in variables(part)}
        assert f"{module.PREFIX}INTERNAL_SECRET" in secret
        assert not secret & set(environment(part))


@pytest.mark.parametrize("service", ["rabbitmq", "gateway", "profile", "report", "worker", "tests"])
def test_secret_files_of_a_service_are_on_its_volumes_read_only(service: str) -> None:
    """A service mounts those secrets that its variables name, no others, and changes none."""
    named = {str(Path(value).parent) for value in environment(service).values() if value.startswith(SECRETS_FOLDER)}
    mounted = {volume: folder for volume, folder in mounts(service).items() if volume.startswith("secrets-")}
    assert set(mounted.values()) == named
    assert all(is_read_only(service, volume) for volume in mounted)


def test_signing_key_is_mounted_by_the_gateway_only() -> None:
    """Only the gateway can sign access tokens; the service `secrets` makes the key and ends."""
    assert {name for name in SERVICES if "secrets-gateway" in mounts(name)} == {"secrets", "gateway"}


def test_ports_are_published_by_the_gateway_only_on_loopback() -> None:
    """Nothing but the gateway can be reached from outside, and that only from this computer."""
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["gateway"]
    (published,) = SERVICES["gateway"]["ports"]
    assert published.startswith("127.0.0.1:")
    assert port(published) == port(environment("gateway")["DOSSIER_GATEWAY_LISTEN"])


def test_networks_without_a_published_port_are_internal() -> None:
    """Only the gateway has a way out of the installation."""
    outward = {name for name, network in COMPOSE["networks"].items() if not (network or {}).get("internal")}
    assert {name for name, service in SERVICES.items() if outward & set(service.get("networks", ()))} == {"gateway"}
    assert all("networks" in service or service.get("network_mode") == "none" for service in SERVICES.values())


def test_addresses_name_the_port_that_the_service_listens_on() -> None:
    """Every address of another part leads to a service and to its port."""
    listening = {name: environment(name)[PARTS[name].PREFIX + "LISTEN"] for name in SERVING}
    assert all(address.startswith("0.0.0.0:") for address in listening.values())
    for service in (*PARTS, "tests"):
        for name, value in environment(service).items():
            if name.endswith(("_ADDRESS", "_ENDPOINT")):
                host = value.partition(":")[0]
                assert port(value) == port(listening[host]), name


@pytest.mark.parametrize("part", SERVING)
def test_health_of_a_serving_part_is_asked_on_its_own_port(part: str) -> None:
    """The health check calls the port that the part listens on, and gives it time to start."""
    check = SERVICES[part]["healthcheck"]
    listen = environment(part)[PARTS[part].PREFIX + "LISTEN"]
    assert check["test"] == ["CMD", "python", "-m", "runtime.healthcheck", f"127.0.0.1:{port(listen)}"]
    assert "start_period" in check


def test_profile_and_report_do_not_wait_for_the_gateway() -> None:
    """They need the gateway to be SERVING and it needs them: who waits for whom must not go in a circle."""
    assert not {"gateway"} & {*SERVICES["profile"]["depends_on"], *SERVICES["report"]["depends_on"]}
    conditions = {name: SERVICES["gateway"]["depends_on"][name]["condition"] for name in ("profile", "report")}
    assert conditions == dict.fromkeys(conditions, "service_started")


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_confined(service: str) -> None:
    """No root, no capabilities, no way to gain some, nothing to write to but volumes and /tmp."""
    options = SERVICES[service]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", options["user"])
    assert (options["read_only"], options["cap_drop"]) == (True, ["ALL"])
    assert options["security_opt"] == ["no-new-privileges:true"]


def test_report_and_worker_share_their_volume_and_settings() -> None:
    """Both open the same database and the same files."""
    assert environment("report") == environment("worker")
    assert mounts("report") == mounts("worker")


def test_volumes_that_are_mounted_are_declared() -> None:
    """And the other way round."""
    assert {volume for name in SERVICES for volume in mounts(name)} == set(COMPOSE["volumes"])


def test_tests_run_on_request_only() -> None:
    """`docker compose up` leaves the tests out; `docker compose run --rm tests` tells the story."""
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["tests"]
    assert SERVICES["tests"]["profiles"] == ["tests"]
    story = SERVICES["tests"]["command"][-1]
    assert (ROOT / story).is_file()


def test_secrets_stay_when_they_are_made_again(secrets: Path) -> None:
    """The second start finds its secrets as the first one left them, for the owner's eyes only."""
    before = {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()}
    make_secrets(secrets)
    assert {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()} == before
    assert {path.stat().st_mode & 0o777 for path in before} == {0o600}


def test_broker_account_has_the_password_of_the_address(secrets: Path) -> None:
    """RabbitMQ's hash of the password is that of the password which report_service signs in with."""
    address = (secrets / "broker" / "amqp-url").read_text().strip()
    password = re.fullmatch(r"amqp://dossier:([\w-]{43})@rabbitmq:5672/dossier", address)
    assert password is not None
    (user,) = json.loads((secrets / "broker" / "definitions.json").read_text())["users"]
    stored = base64.b64decode(user["password_hash"])
    assert stored[4:] == hashlib.sha256(stored[:4] + password[1].encode()).digest()
    assert user["tags"] == []
