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
# As it is when no variable is set.
COMPOSE_TEXT: Final = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (ROOT / "compose.yml").read_text(encoding="utf-8"))
COMPOSE: Final[dict[str, Any]] = YAML(typ="safe").load(COMPOSE_TEXT)
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
SECRETS_FOLDER: Final = "/run/secrets"
PARTS: Final = {
    "gateway": gateway.settings,
    "profile": profile_service.settings,
    "report": report_service.settings,
    "worker": report_service.settings,
}
SERVING: Final = ("gateway", "profile", "report")
BALANCER: Final = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
# For gRPC, and for browsers.
BALANCER_PORTS: Final = re.findall(r"bind :(\d+)\n", BALANCER)


def variables(part: str) -> dict[str, bool]:
    """Return every variable that a part reads, and whether it, or its twin with _FILE, must be given."""
    module: Any = PARTS[part]
    named = [(names.split(" or "), default) for names, default, _ in rows(module.Settings, prefix=module.PREFIX)]
    return {name: default == "required" for names, default in named for name in names}


def environment(service: str) -> dict[str, str]:
    """Return the variables that a service is given."""
    return {name: str(value) for name, value in SERVICES[service].get("environment", {}).items()}


def mounts(service: str) -> dict[str, str]:
    """Return the folder in the container of each volume, without its mode."""
    return dict(volume.split(":")[:2] for volume in SERVICES[service].get("volumes", ()))


def is_read_only(service: str, volume: str) -> bool:
    return f"{volume}:{mounts(service)[volume]}:ro" in SERVICES[service]["volumes"]


def port(address: str) -> str:
    return address.rpartition(":")[2]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """What the volumes of secrets hold once the service `secrets` has ended."""
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


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"secrets"}))
def test_secret_files_of_a_service_are_on_its_volumes_read_only(service: str) -> None:
    """A service mounts those secrets that its variables and its command name, no others, and changes none."""
    told = [*environment(service).values(), *(word.partition("=")[2] for word in SERVICES[service].get("command", ()))]
    named = {str(Path(value).parent) for value in told if value.startswith(SECRETS_FOLDER)}
    mounted = {volume: folder for volume, folder in mounts(service).items() if volume.startswith("secrets-")}
    assert set(mounted.values()) == named
    assert all(is_read_only(service, volume) for volume in mounted)


def test_secrets_are_made_on_volumes(secrets: Path) -> None:
    """None would be lost with the container that made it."""
    volumes = {folder for volume, folder in mounts("secrets").items() if volume.startswith("secrets-")}
    assert {f"{SECRETS_FOLDER}/{made.name}" for made in secrets.iterdir()} == volumes


def test_signing_key_is_mounted_by_the_gateway_only() -> None:
    """Only the gateway can sign access tokens; the service `secrets` makes the key and ends."""
    assert {name for name in SERVICES if "secrets-gateway" in mounts(name)} == {"secrets", "gateway"}


def test_ports_are_published_by_the_balancer_and_grafana_on_loopback() -> None:
    """Nothing but what is for people can be reached from outside, and that only from this computer."""
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"balancer", "grafana"}
    assert all(address.startswith("127.0.0.1:") for addresses in published.values() for address in addresses)
    assert [port(address) for address in published["balancer"]] == BALANCER_PORTS


@pytest.mark.parametrize("setting", ["DOSSIER_GATEWAY_LISTEN", "DOSSIER_GATEWAY_HTTP_LISTEN"])
def test_balancer_leads_to_the_port_of_the_gateways_of_the_same_number(setting: str) -> None:
    """What speaks gRPC gets to gRPC and a browser to HTTP, and there is room for every gateway."""
    number = port(environment("gateway")[setting])
    (backend,) = re.findall(rf"^frontend \S+\n    bind :{number}\n    default_backend (\S+)$", BALANCER, re.MULTILINE)
    ((room, address),) = re.findall(
        rf"^backend {backend}\n(?: .*\n)*    server-template gateway (\d+) (\S+)$", BALANCER, re.MULTILINE
    )
    assert address == f"gateway:{number}"
    assert int(room) >= SERVICES["gateway"]["deploy"]["replicas"]


def test_health_of_the_balancer_is_asked_where_it_tells_it() -> None:
    """Docker asks at the address of its own frontend for health."""
    told = SERVICES["balancer"]["healthcheck"]["test"][-1]
    assert f"bind {told.removeprefix('http://').partition('/')[0]}\n" in BALANCER


def test_balancer_ends_connections_before_it_is_killed() -> None:
    """Calls under way get their time; clients that never hang up keep nobody waiting."""
    options = SERVICES["balancer"]
    assert options["stop_signal"] == "SIGUSR1"
    ends = float(re.findall(r"hard-stop-after (\d+)s", BALANCER)[0])
    assert ends < float(options["stop_grace_period"].removesuffix("s"))


def test_networks_without_a_published_port_are_internal() -> None:
    """Only what publishes a port has a way out of the installation, and neither meets the other there."""
    outward = {name for name, network in COMPOSE["networks"].items() if not (network or {}).get("internal")}
    ways = {name: outward & set(service.get("networks", ())) for name, service in SERVICES.items()}
    assert {name: way for name, way in ways.items() if way} == {"balancer": {"public"}, "grafana": {"watching"}}
    assert all("networks" in service or service.get("network_mode") == "none" for service in SERVICES.values())


def test_addresses_name_the_port_that_the_service_listens_on() -> None:
    """Every address of another part leads to a service and to its port."""
    listening = {name: environment(name)[PARTS[name].PREFIX + "LISTEN"] for name in SERVING}
    assert all(address.startswith("0.0.0.0:") for address in listening.values())
    listening["balancer"], http_port = BALANCER_PORTS
    for service in (*PARTS, "tests"):
        for name, value in environment(service).items():
            if name.endswith(("_ADDRESS", "_ENDPOINT")):
                host = value.partition(":")[0]
                assert port(value) == (http_port if "_HTTP_" in name else port(listening[host])), name


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


def test_report_and_worker_have_the_same_settings() -> None:
    """Both open the same database and the same files."""
    assert environment("report") == environment("worker")
    assert mounts("report") == mounts("worker")


@pytest.mark.parametrize("part", PARTS)
def test_parts_keep_nothing_in_their_containers(part: str) -> None:
    """So that there may be two: no two processes could have one data directory."""
    assert all(volume.startswith("secrets-") for volume in mounts(part))
    kept = environment(part).get(f"{PARTS[part].PREFIX}DATA_DIR", "/tmp")
    assert any(folder.startswith(f"{kept}:") for folder in SERVICES[part]["tmpfs"])
    assert SERVICES[part]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("volume", ["s3-data", "prometheus-data"])
def test_volumes_of_foreign_images_belong_to_the_user_that_all_run_as(volume: str) -> None:
    """`secrets` mounts them first, where our image has a folder of that user."""
    install = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").partition("RUN install ")[2]
    assert f" {mounts('secrets')[volume]}" in install.partition("\nUSER")[0]
    (user,) = [name for name in SERVICES if name != "secrets" and volume in mounts(name)]
    assert "secrets" in SERVICES[user]["depends_on"]


def test_database_cluster_is_below_its_volume() -> None:
    """PostgreSQL must own the folder of its cluster, and the volume is as the image has it: another user's."""
    assert Path(environment("postgres")["PGDATA"]).parent == Path(mounts("postgres")["postgres-data"])


def test_volumes_that_are_mounted_are_declared() -> None:
    """And the other way round; the same with configs, whose files are there."""
    assert {volume for name in SERVICES for volume in mounts(name)} == set(COMPOSE["volumes"])
    configs = {config["source"] for service in SERVICES.values() for config in service.get("configs", ())}
    assert configs == set(COMPOSE["configs"])
    assert all((ROOT / config["file"]).is_file() for config in COMPOSE["configs"].values())


def test_tests_and_observability_run_on_request_only() -> None:
    """`docker compose up` leaves them out; `make compose-test` tells the stories by gRPC and by HTTP."""
    profiles = {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service}
    assert profiles == {"tests": ["tests"], "prometheus": ["observability"], "grafana": ["observability"]}
    told = [word for word in SERVICES["tests"]["command"] if word.startswith("tests/")]
    assert told
    assert all((ROOT / story).is_file() for story in told)


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


@pytest.mark.parametrize("service", ["profile", "report"])
def test_database_address_has_the_password_of_its_role(service: str, secrets: Path) -> None:
    """What databases.sql gives the role is what the service signs in with; no service has another's."""
    address = (secrets / service / "database-url").read_text().strip()
    password = (secrets / "database" / f"{service}-password").read_text().strip()
    assert address == f"postgresql://dossier_{service}:{password}@postgres:5432/dossier_{service}"
    script = (ROOT / "deploy" / "databases.sql").read_text(encoding="utf-8")
    assert f"{service}_password `cat {SECRETS_FOLDER}/database/{service}-password`" in script
    assert f"CREATE ROLE dossier_{service} LOGIN PASSWORD :'{service}_password'" in script


def test_s3_identity_has_the_keys_of_the_services(secrets: Path) -> None:
    """The server knows the one identity that the services have the keys of, and they name its port."""
    (identity,) = json.loads((secrets / "s3" / "identities.json").read_text())["identities"]
    access, secret = ((secrets / "files" / name).read_text().strip() for name in ("access-key-id", "secret-access-key"))
    assert identity["credentials"] == [{"accessKey": access, "secretKey": secret}]
    urls = {environment(part).get(f"{PARTS[part].PREFIX}BLOBS_URL") for part in ("profile", "report", "worker")}
    assert urls == {"s3://dossier?endpoint=http://s3:8333"}
    assert "-s3.port=8333" in SERVICES["s3"]["command"]
