"""The fixtures that hand out real programs; `tests/conftest.py` alone imports them, so that each is started once."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.document import reading
from tests.provision import verapdf
from tests.provision.databases import places_on
from tests.provision.pgbouncer import find_or_install as find_pgbouncer
from tests.provision.postgresql import PostgresqlServer
from tests.provision.postgresql import find_or_install as find_or_install_postgresql
from tests.provision.programs import ProvisionError
from tests.provision.rabbitmq import Installation, RabbitNode, find_or_install
from tests.provision.s3 import Moto, S3Server, SeaweedFS


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """Yield a started node for the whole session, one per pytest-xdist worker that asks for it.

    Tests share it: they name their queues uniquely and leave it running. Each worker pays one start and 140 MB.
    """
    with started_node(tmp_path_factory) as node:
        yield node


@pytest.fixture(scope="session")
def spare_rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """Yield the node of `own_rabbitmq`, one per pytest-xdist worker that asks for it."""
    with started_node(tmp_path_factory) as node:
        yield node


@pytest.fixture
def own_rabbitmq(spare_rabbitmq: RabbitNode) -> RabbitNode:
    """Return a started and empty node that no other test uses meanwhile: this one may stop, kill and wipe it."""
    spare_rabbitmq.blocking.start()
    spare_rabbitmq.blocking.forget()
    return spare_rabbitmq


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlServer]:
    """Yield a started server for the whole session, one per pytest-xdist worker that asks for it."""
    with started_postgresql(tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def pgbouncer() -> Path:
    """Return a pooler's program. Raises ProvisionError."""
    return find_pgbouncer()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Have `place_at` hand out databases of each engine in turn."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    with places_on(server):
        yield request.param


# For tests that keep no rows, or start services whose databases are not ours to choose.
on_one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Yield a started S3 server for a module, as it is never at rest. Tests share it: each keeps to its own prefix."""
    with started_s3(SeaweedFS(tmp_path_factory.mktemp("seaweedfs"))) as server:
        yield server


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Yield another, which answers as AWS does. Tests share it in the same way."""
    with started_s3(Moto(tmp_path_factory.mktemp("moto"))) as server:
        yield server


@pytest.fixture
def own_seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Yield a started S3 server that this test alone may kill."""
    with started_s3(SeaweedFS(tmp_path_factory.mktemp("seaweedfs"))) as server:
        yield server


@pytest.fixture(scope="session")
def pdf_readers() -> None:
    """Have poppler, qpdf and veraPDF ready. Raises ProvisionError."""
    missing = _missing_readers()
    if missing:
        raise missing


def pytest_collection_finish(session: pytest.Session) -> None:
    """Install what the selected tests need before the first one runs: its timeout should not pay for that."""
    wanted = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if session.config.option.collectonly:
        return
    if wanted & {"rabbitmq", "own_rabbitmq", "installation"}:
        _installation()
    if wanted & {"postgresql", "engine", "installation"}:
        with suppress(ProvisionError):
            _postgresql()
    if "pgbouncer" in wanted:
        with suppress(ProvisionError):
            find_pgbouncer()
    if "pdf_readers" in wanted:
        _missing_readers()


@contextmanager
def started_s3(server: S3Server) -> Iterator[S3Server]:
    """Run a server of one's own. Raises ProvisionError."""
    try:
        server.start()
        yield server
    finally:
        server.close()


@contextmanager
def started_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """Run a node of one's own, for a fixture that must not share its queues. Raises ProvisionError."""
    installation = _installation()
    if isinstance(installation, ProvisionError):
        raise installation
    node = RabbitNode(installation, tmp_path_factory.mktemp("rabbitmq"))
    try:
        node.blocking.start()
        yield node
    finally:
        node.blocking.close()


@contextmanager
def started_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlServer]:
    """Run a server of one's own. Raises ProvisionError."""
    server = PostgresqlServer(_postgresql(), tmp_path_factory.mktemp("postgresql"))
    try:
        server.start()
        yield server
    finally:
        server.close()


@functools.cache
def _installation() -> Installation | ProvisionError:
    """Try once per process: later tests fail with the same sentence and do not wait for apt again."""
    try:
        return find_or_install()
    except ProvisionError as error:
        return error


@functools.cache
def _postgresql() -> Path:
    return find_or_install_postgresql()


@functools.cache
def _missing_readers() -> ProvisionError | None:
    """Try once per process, as above."""
    try:
        reading.ensure_programs()
        verapdf.command()
    except ProvisionError as error:
        return error
    return None
