"""A real RabbitMQ of the tests' own: found or installed, then started, killed and wiped at will."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.provision import programs
from tests.provision.ports import free_port
from tests.provision.programs import ProvisionError
from tests.provision.rabbitmq_docker import IMAGE, DockerBroker
from tests.provision.rabbitmq_native import Fellowship, NativeBroker

START_TIMEOUT_SECONDS = 60
_POLL_SECONDS = 0.05
_AMQP_HEADER = b"AMQP\x00\x00\x09\x01"
# One call, as each starts an Erlang VM. 3.10, 3.13 and 4.x know these functions.
_FORGET = """
rabbit_vhost:delete(<<"/">>, <<"tests">>),
rabbit_vhost:add(<<"/">>, <<"tests">>),
rabbit_auth_backend_internal:set_permissions(<<"guest">>, <<"/">>, <<".*">>, <<".*">>, <<".*">>, <<"tests">>).
"""
_METHOD_FRAME = b"\x01"

# Debian's /usr/sbin/rabbitmq-server only changes to the rabbitmq user, so the scripts behind it come first.
_SCRIPT_FOLDERS = ("/usr/lib/rabbitmq/bin", "/usr/local/sbin", "/opt/homebrew/sbin", "/usr/sbin")


@dataclass(frozen=True, slots=True)
class Installation:
    """Where RabbitMQ comes from: the server's script, or None for the Docker image."""

    server: Path | None


class Broker(Protocol):
    """What runs one RabbitMQ; every method blocks until the deed is done."""

    port: int

    def launch(self) -> None:
        """Start the process; returns before it accepts connections."""

    def is_running(self) -> bool:
        """Return whether the process is there."""

    def halt(self) -> None:
        """Stop it gracefully, with every process it started."""

    def kill(self) -> None:
        """Kill it with SIGKILL, with every process it started."""

    def control(self, *arguments: str) -> tuple[int, str]:
        """Run rabbitmqctl on it and return (exit code, output)."""

    def wipe(self) -> None:
        """Delete its data; it does not run."""

    def close(self) -> None:
        """End it at once and delete its data; it is not used again."""

    def log_tail(self) -> str:
        """Return the end of what it logged."""


def find_server() -> Path | None:
    """Return the installed server's script."""
    return programs.find("rabbitmq-server", _SCRIPT_FOLDERS)


def install_server() -> Path:
    """Install the distribution's package and return the server's script. Raises ProvisionError."""
    return programs.ensure("rabbitmq-server", "rabbitmq-server", _SCRIPT_FOLDERS)


def docker_has_image() -> bool:
    """Return whether Docker answers and has RabbitMQ's image, pulling it first where it must."""
    if programs.run(["docker", "info"], timeout_seconds=programs.PROBE_TIMEOUT_SECONDS)[0] != 0:
        return False
    with programs.exclusive("docker-pull"):
        inspect = ["docker", "image", "inspect", IMAGE]
        if programs.run(inspect, timeout_seconds=programs.PROBE_TIMEOUT_SECONDS)[0] == 0:
            return True
        return programs.run(["docker", "pull", IMAGE], timeout_seconds=programs.INSTALL_TIMEOUT_SECONDS)[0] == 0


def find_or_install() -> Installation:
    """Return the installed RabbitMQ, else install the package, else fall back to Docker.

    Raises:
        ProvisionError: None of the three is possible here; its cause tells what apt said.
    """
    try:
        return Installation(find_server() or install_server())
    except ProvisionError as error:
        if docker_has_image():
            return Installation(None)
        raise ProvisionError(
            "The tests need a RabbitMQ: install the package rabbitmq-server "
            "(on Debian or Ubuntu `sudo apt-get install rabbitmq-server`) or start Docker."
        ) from error


class BlockingNode:
    """One RabbitMQ under the test's control; for fixtures and threads, as every method blocks."""

    def __init__(self, broker: Broker) -> None:
        """Take a broker that has not been launched."""
        self._broker = broker

    @property
    def url(self) -> str:
        """The AMQP address, the same across restarts and wipes."""
        return f"amqp://guest:guest@127.0.0.1:{self._broker.port}/"

    @property
    def port(self) -> int:
        """The AMQP port on 127.0.0.1."""
        return self._broker.port

    def start(self) -> None:
        """Start it and return when it speaks AMQP; nothing happens when it runs already.

        Raises:
            ProvisionError: It stopped, or did not come up in time; the text ends with its log.
        """
        if self._broker.is_running():
            return
        self._broker.launch()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not speaks_amqp(self._broker.port):
            if not self._broker.is_running() or time.monotonic() > deadline:
                log = self._broker.log_tail()
                self._broker.kill()
                raise ProvisionError(f"RabbitMQ did not come up on port {self._broker.port}; its log ends:\n{log}")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop it gracefully; nothing happens when it does not run."""
        self._broker.halt()

    def kill(self) -> None:
        """Kill it with SIGKILL, as a crash or an OOM kill would; nothing happens when it does not run.

        A quorum queue declared in the last seconds does not survive this on RabbitMQ 3.10; stop_app and start_app
        after declaring it make it last. The same symptom: https://github.com/rabbitmq/rabbitmq-server/issues/10070
        """
        self._broker.kill()

    def stop_app(self) -> None:
        """Stop the broker and keep its Erlang VM; connections are closed and new ones refused."""
        self.control("stop_app")

    def start_app(self) -> None:
        """Start the broker inside its Erlang VM; it accepts connections when this returns."""
        self.control("start_app")

    def wipe(self) -> None:
        """Delete everything it stored, so that the next start is a first start.

        Raises:
            RuntimeError: It still runs.
        """
        if self._broker.is_running():
            raise RuntimeError("Stop RabbitMQ before wiping it.")
        self._broker.wipe()

    def forget(self) -> None:
        """Delete all queues, exchanges and messages of the running node, which is quicker than a new one."""
        self.control("eval", _FORGET)

    def close(self) -> None:
        """End it at once, running or not, and delete its data; its logs stay."""
        self._broker.close()

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl on it and return what it prints. Raises RuntimeError when it fails."""
        code, output = self._broker.control(*arguments)
        if code != 0:
            raise RuntimeError(f"rabbitmqctl {' '.join(arguments)} exited with {code}: {output}")
        return output


class RabbitNode:
    """The same for async tests: each method runs its blocking twin in a thread."""

    def __init__(
        self, installation: Installation, directory: Path, *, fellowship: Fellowship | None = None, number: int = 0
    ) -> None:
        """Prepare a node with everything it writes under the directory; nothing runs until start.

        Args:
            fellowship: of the nodes of a cluster, of which Docker runs none.
            number: which of them it is.
        """
        broker: Broker
        if installation.server is None:
            broker = DockerBroker(free_port(), directory=directory)
        else:
            port = free_port()
            broker = NativeBroker(installation.server, directory, port=port, fellowship=fellowship, number=number)
        self.blocking = BlockingNode(broker)

    @property
    def url(self) -> str:
        """The AMQP address, the same across restarts and wipes."""
        return self.blocking.url

    async def start(self) -> None:
        """See BlockingNode.start."""
        await asyncio.to_thread(self.blocking.start)

    async def stop(self) -> None:
        """See BlockingNode.stop."""
        await asyncio.to_thread(self.blocking.stop)

    async def kill(self) -> None:
        """See BlockingNode.kill."""
        await asyncio.to_thread(self.blocking.kill)

    async def stop_app(self) -> None:
        """See BlockingNode.stop_app."""
        await asyncio.to_thread(self.blocking.stop_app)

    async def start_app(self) -> None:
        """See BlockingNode.start_app."""
        await asyncio.to_thread(self.blocking.start_app)

    async def wipe(self) -> None:
        """See BlockingNode.wipe."""
        await asyncio.to_thread(self.blocking.wipe)


def speaks_amqp(port: int) -> bool:
    """Return whether the port answers an AMQP 0-9-1 header with connection.start."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(_AMQP_HEADER)
            return connection.recv(1) == _METHOD_FRAME
    except OSError:
        return False
