"""RabbitMQ in a Docker container, for machines that cannot install the package."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tests.provision.leash import LeashedGroup
from tests.provision.programs import run

IMAGE = "rabbitmq:4"
_COMMAND_TIMEOUT_SECONDS = 60
_LOG_TAIL_LINES = 60


class DockerBroker:
    """One container that keeps its name, port and data across restarts and goes when the tests do."""

    def __init__(self, port: int, *, directory: Path) -> None:
        """Choose a name; the container is created by the first launch. The directory holds only a log."""
        self.port = port
        self._name = f"dossier-rabbitmq-{secrets.token_hex(4)}"
        directory.mkdir(parents=True, exist_ok=True)
        self._log = directory / "docker.log"
        self._leash: LeashedGroup | None = None

    def launch(self) -> None:
        """Create the container when it is not there, and start it."""
        if self._docker("container", "inspect", self._name)[0] != 0:
            published = f"127.0.0.1:{self.port}:5672"
            # A fixed host name, because the node's name and so its data folder contain it.
            create = ["create", "--name", self._name, "--hostname", self._name, "--publish", published, IMAGE]
            self._demand(*create)
        self._leash = self._leash or self._remove_with_owner()
        self._demand("start", self._name)

    def is_running(self) -> bool:
        """Return whether the container runs."""
        code, output = self._docker("container", "inspect", "--format", "{{.State.Running}}", self._name)
        return code == 0 and output.strip() == "true"

    def halt(self) -> None:
        """Stop it gracefully."""
        if self.is_running():
            self._demand("stop", "-t", "20", self._name)

    def kill(self) -> None:
        """Kill everything in the container."""
        if self.is_running():
            self._demand("kill", self._name)

    def control(self, *arguments: str) -> tuple[int, str]:
        """Run rabbitmqctl inside the container."""
        return self._docker("exec", self._name, "rabbitmqctl", *arguments)

    def wipe(self) -> None:
        """Remove the container and its volume; the next launch creates it again."""
        self._docker("rm", "--force", "--volumes", self._name)

    def close(self) -> None:
        """Remove the container and its volume, and end the watcher."""
        self.wipe()
        if self._leash:
            self._leash.kill()
            self._leash = None

    def log_tail(self) -> str:
        """Return the last lines that the container printed."""
        return self._docker("logs", "--tail", str(_LOG_TAIL_LINES), self._name)[1]

    def _remove_with_owner(self) -> LeashedGroup:
        """Start the watcher that removes the container when this process ends, however it ends."""
        return LeashedGroup(
            ["sleep", "2147483647"],
            log=self._log,
            environ=os.environ,
            last_rites=f"docker rm --force --volumes {self._name};",
        )

    def _demand(self, *arguments: str) -> None:
        code, output = self._docker(*arguments)
        if code != 0:
            raise RuntimeError(f"docker {arguments[0]} exited with {code}: {output}")

    def _docker(self, *arguments: str) -> tuple[int, str]:
        return run(["docker", *arguments], timeout_seconds=_COMMAND_TIMEOUT_SECONDS)
