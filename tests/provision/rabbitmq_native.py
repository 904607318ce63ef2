"""An installed RabbitMQ run as the current user, sharing nothing with the system's own."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.provision.leash import LeashedGroup
from tests.provision.ports import free_port
from tests.provision.programs import ProvisionError, run

_STOP_GRACE_SECONDS = 20
_CONTROL_TIMEOUT_SECONDS = 30
_LOG_TAIL_CHARACTERS = 4000

# Keys that 3.10, 3.13 and 4.x all know; a node refuses to start on an unknown one.
_CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{port}
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 10MB
raft.wal_max_size_bytes = 33554432
log.console = false
"""

# One scheduler, and no thread that spins while it waits, so that an idle node costs nothing. They do not
# shorten the start, which one thread spends on loading code. The distribution stays on loopback.
_VM_FLAGS = "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"


def _new_name() -> str:
    return f"dossier-{secrets.token_hex(4)}@localhost"


@dataclass(frozen=True)
class Fellowship:
    """What the nodes of one cluster share: a cookie, a port mapper, and the names of all of them.

    Of several nodes the first start makes a cluster. Their port mapper outlives each of them.
    """

    names: Sequence[str] = field(default_factory=lambda: [_new_name()])
    cookie: str = field(default_factory=lambda: secrets.token_hex(20))
    mapper_port: int = field(default_factory=free_port)

    @classmethod
    def of(cls, count: int) -> Fellowship:
        """Return one for so many nodes."""
        return cls([_new_name() for _ in range(count)])

    def start_mapper(self, log: Path) -> LeashedGroup:
        """Start the port mapper of several nodes."""
        environ = {"PATH": os.environ["PATH"]}
        return LeashedGroup(
            [_epmd(), "-address", "127.0.0.1", "-port", str(self.mapper_port)], log=log, environ=environ
        )

    @property
    def settings(self) -> str:
        """The lines of a node's configuration."""
        if len(self.names) == 1:
            return ""
        named = [f"cluster_formation.classic_config.nodes.{number} = {name}" for number, name in enumerate(self.names)]
        return "\n".join(["cluster_formation.peer_discovery_backend = classic_config", *named, ""])


def _epmd() -> str:
    epmd = shutil.which("epmd")
    if epmd is None:
        raise ProvisionError("The tests need Erlang's epmd on the PATH: install the package erlang-base.")
    return epmd


class NativeBroker:
    """One node with its own name, ports, configuration, data and logs."""

    def __init__(
        self, server: Path, directory: Path, *, port: int, fellowship: Fellowship | None = None, number: int = 0
    ) -> None:
        """Write the configuration; everything the node writes stays under the directory.

        Args:
            fellowship: what it shares with other nodes; without one it is alone.
            number: which of them it is.
        """
        self.port = port
        self._server = server
        self._directory = directory
        self._fellowship = fellowship or Fellowship()
        self._name = self._fellowship.names[number]
        # In the foreground, or Erlang starts one by itself that leaves the group and stays for ever.
        self._companion = "" if fellowship else f"'{_epmd()}' -address 127.0.0.1 &"
        self._group: LeashedGroup | None = None
        self._write_files()
        self._environ = self._node_environ()

    def launch(self) -> None:
        """Start the server, and a port mapper of its own, in one process group."""
        self.kill()
        self._group = LeashedGroup(
            [str(self._server)],
            log=self._directory / "console.log",
            environ=self._environ,
            folder=self._directory,
            companion=self._companion,
        )

    def is_running(self) -> bool:
        """Return whether the server has been launched and has not ended by itself."""
        return self._group is not None and self._group.is_running()

    def halt(self) -> None:
        """Stop it as `systemctl stop` does; SIGKILL after the grace."""
        if self._group:
            self._group.terminate(grace_seconds=_STOP_GRACE_SECONDS)
            self._group = None

    def kill(self) -> None:
        """Kill the Erlang VM, its children and the port mapper."""
        if self._group:
            self._group.kill()
            self._group = None

    def control(self, *arguments: str) -> tuple[int, str]:
        """Run rabbitmqctl with this node's name, cookie and port mapper."""
        command = [str(self._server.with_name("rabbitmqctl")), *arguments]
        return run(command, timeout_seconds=_CONTROL_TIMEOUT_SECONDS, environ=self._environ)

    def wipe(self) -> None:
        """Delete the database; configuration and logs stay."""
        shutil.rmtree(self._directory / "data", ignore_errors=True)

    def close(self) -> None:
        """Kill it and delete its database; the logs stay for whoever reads a failure."""
        self.kill()
        self.wipe()

    def log_tail(self) -> str:
        """Return the end of the console's and the broker's logs."""
        logs = [self._directory / "console.log", *sorted((self._directory / "log").glob("*.log"))]
        text = "\n".join(log.read_text(errors="replace") for log in logs if log.exists())
        return text[-_LOG_TAIL_CHARACTERS:]

    def _write_files(self) -> None:
        """Create every file whose default would be the machine's own."""
        for folder in ("home", "log", "conf.d"):
            (self._directory / folder).mkdir(parents=True)
        (self._directory / "rabbitmq.conf").write_text(_CONFIG.format(port=self.port) + self._fellowship.settings)
        (self._directory / "advanced.config").write_text("[].\n")
        (self._directory / "enabled_plugins").write_text("[].\n")
        (self._directory / "rabbitmq-env.conf").write_text("")
        cookie = self._directory / "home" / ".erlang.cookie"
        cookie.write_text(self._fellowship.cookie)
        cookie.chmod(0o400)

    def _node_environ(self) -> dict[str, str]:
        """Return the whole environment of the server and its control tool."""
        directory = self._directory
        foreign = ("RABBITMQ_", "ERL_", "NOTIFY_SOCKET")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return kept | {
            "HOME": str(directory / "home"),
            "ERL_EPMD_PORT": str(self._fellowship.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP_BYTES": "0",
            "RABBITMQ_NODENAME": self._name,
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONF_ENV_FILE": str(directory / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(directory / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(directory / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(directory / "data"),
            "RABBITMQ_LOG_BASE": str(directory / "log"),
            "RABBITMQ_PID_FILE": str(directory / "rabbitmq.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _VM_FLAGS,
            "RABBITMQ_CTL_ERL_ARGS": _VM_FLAGS,
        }
