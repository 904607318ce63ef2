"""Three real RabbitMQ nodes on one machine that make up a cluster."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.provision.leash import LeashedGroup
from tests.provision.programs import ProvisionError
from tests.provision.rabbitmq import Installation, RabbitNode
from tests.provision.rabbitmq_native import Fellowship

NODES = 3


class RabbitCluster:
    """Nodes that can be stopped and killed each for itself. A cluster needs an installed RabbitMQ, not Docker's."""

    def __init__(self, installation: Installation, directory: Path) -> None:
        """Prepare the nodes; nothing runs until start. Raises ProvisionError."""
        if installation.server is None:
            raise ProvisionError("A cluster needs an installed RabbitMQ: install the package rabbitmq-server.")
        directory.mkdir(parents=True)
        self._log = directory / "mapper.log"
        self._mapper: LeashedGroup | None = None
        self._fellowship = Fellowship.of(NODES)
        self.nodes = [
            RabbitNode(installation, directory / str(number), fellowship=self._fellowship, number=number)
            for number in range(NODES)
        ]

    @property
    def url(self) -> str:
        """The addresses of all nodes, as the services' settings take them."""
        return ",".join(node.url for node in self.nodes)

    async def start(self) -> None:
        """Start every node; all have joined when this returns."""
        self._mapper = self._fellowship.start_mapper(self._log)
        await asyncio.gather(*(node.start() for node in self.nodes))
        await self.control("await_startup")
        await self.control("await_online_nodes", str(NODES))

    def node_of(self, name: str) -> RabbitNode:
        """Return the node that Erlang knows by this name."""
        return self.nodes[self._fellowship.names.index(name)]

    async def control(self, *arguments: str) -> str:
        """Run rabbitmqctl on the first node and return what it prints. Raises RuntimeError when it fails."""
        return await asyncio.to_thread(self.nodes[0].blocking.control, *arguments)

    def close(self) -> None:
        """End all nodes at once and delete their data; blocks."""
        for node in self.nodes:
            node.blocking.close()
        if self._mapper is not None:
            self._mapper.kill()
