"""Render children that behave, and ones that do not."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from report_service.document.snapshot import Order, Scope
from report_service.errors import RenderCrashed, RenderFailed, RenderInterrupted, RenderLimit
from report_service.player_snapshots import player_snapshot
from report_service.render_child import REPORTS_PER_CHILD
from report_service.rendering import RenderPool, open_render_pool
from tests.integration.report import strange_documents
from tests.integration.report.fake_snapshots import a_snapshot_message
from tests.integration.report.stage import eventually
from tests.provision.fixtures import on_one_engine

pytestmark = on_one_engine

STRANGE = strange_documents.__name__


def an_order(about: str = "", *, game_count: int = 20, mark: Path = Path("/dev/null")) -> Order:
    """Return a player whose `about` tells the strange renderer what to do; one that hangs touches `mark` first."""
    snapshot = player_snapshot("report-1", Scope(), a_snapshot_message("anna", game_count=game_count))
    return Order(replace(snapshot, about=about, city=str(mark)))


@pytest.fixture
async def pool() -> AsyncIterator[RenderPool]:
    """One child that does as it is told, for a second at most."""
    async with open_render_pool(1, timeout_seconds=1.0, module=STRANGE) as opened:
        yield opened


async def test_document_is_made_from_snapshot() -> None:
    """The real renderer makes a PDF in a child, and this process never loads fpdf2."""
    async with open_render_pool(1) as pool:
        pdf = (await pool.render(an_order())).data
    assert pdf.startswith(b"%PDF-")
    code = "import sys, report_service.app; sys.exit('fpdf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


async def test_largest_document_fits_the_memory_limit() -> None:
    """500 games are no reason to fail."""
    async with open_render_pool(1) as pool:
        assert (await pool.render(an_order(game_count=500))).data.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("about", "error"),
    [
        *((about, RenderFailed) for about in strange_documents.RAISES),
        *((about, RenderLimit) for about in strange_documents.EXCEEDS),
        *((about, RenderCrashed) for about in strange_documents.CRASHES),
    ],
)
async def test_misbehaving_child_is_told_and_the_next_report_is_made(
    pool: RenderPool, about: str, error: type[Exception]
) -> None:
    """Each kind of misfortune has its error, and none harms the pool."""
    with pytest.raises(error):
        await pool.render(an_order(about))
    assert (await pool.render(an_order())).data.isdigit()


async def test_chattering_child_fills_no_log(pool: RenderPool, capfd: pytest.CaptureFixture[str]) -> None:
    """Gigabytes of printing are neither kept nor waited for."""
    assert (await pool.render(an_order("chatter"))).data.isdigit()
    assert capfd.readouterr() == ("", "")


async def test_failure_says_where_but_not_with_what(pool: RenderPool) -> None:
    """The log gets the place in the code, not the message, in which the player's data may stand."""
    with pytest.raises(RenderFailed, match=r"^ValueError\n(?s:.)*in misbehave") as failed:
        await pool.render(an_order("raise", mark=Path("secret")))
    assert "secret" not in str(failed.value)


async def test_hanging_report_holds_one_child_only() -> None:
    """While one child hangs, the other makes every report."""
    async with open_render_pool(2, module=STRANGE) as pool:
        hanging = asyncio.create_task(pool.render(an_order("sleep")))
        assert len({(await pool.render(an_order())).data for _ in range(20)}) == 1
        assert not hanging.done()
        hanging.cancel()
        await asyncio.wait([hanging])


async def test_crash_harms_no_report_that_another_child_makes() -> None:
    """Children share nothing: one that dies takes no other report with it."""
    async with open_render_pool(2, module=STRANGE) as pool:

        async def crash() -> None:
            with pytest.raises(RenderCrashed):
                await pool.render(an_order("be killed"))

        async def make() -> None:
            for _ in range(200):
                assert (await pool.render(an_order())).data.isdigit()

        await asyncio.gather(make(), crash(), crash(), crash())


async def test_every_report_is_made_while_children_are_replaced(pool: RenderPool) -> None:
    """A child makes 200 reports; that the next one takes its place is nobody's fault."""
    count = 2 * REPORTS_PER_CHILD + 50
    children = [(await pool.render(an_order(game_count=1))).data for _ in range(count)]
    assert sorted(Counter(children).values()) == [50, REPORTS_PER_CHILD, REPORTS_PER_CHILD]


async def test_stopped_child_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that no limit of its own can end costs an attempt, not the report."""
    monkeypatch.setattr("report_service.rendering.SILENCE_SECONDS", 0.0)
    async with open_render_pool(1, timeout_seconds=1.0, module=STRANGE) as pool:
        child = int((await pool.render(an_order())).data)
        os.kill(child, signal.SIGSTOP)
        with pytest.raises(RenderInterrupted):
            await pool.render(an_order())
        assert int((await pool.render(an_order())).data) != child
        await eventually(lambda: not is_alive(child))


async def test_child_is_killed_when_render_is_cancelled(pool: RenderPool, tmp_path: Path) -> None:
    """A worker that stops leaves no child at work, and the next report does not wait for the cancelled one."""
    child = int((await pool.render(an_order())).data)
    mark = tmp_path / "hangs"
    rendering = asyncio.create_task(pool.render(an_order("hang", mark=mark)))
    await eventually(mark.exists)
    rendering.cancel()
    await asyncio.wait([rendering])
    assert rendering.cancelled()
    await eventually(lambda: not is_alive(child))
    assert int((await pool.render(an_order())).data) != child


async def test_child_is_replaced_when_it_made_no_document(pool: RenderPool) -> None:
    """What a failed document left behind in its process, memory above all, spoils no other player's report."""
    child = (await pool.render(an_order())).data
    with pytest.raises(RenderLimit):
        await pool.render(an_order("hoard"))
    assert (await pool.render(an_order())).data != child


async def test_stop_of_the_whole_group_ends_no_child(pool: RenderPool, tmp_path: Path) -> None:
    """Init systems and terminals signal children too; the service still finishes what is in hand."""
    child = int((await pool.render(an_order())).data)
    mark = tmp_path / "naps"
    rendering = asyncio.create_task(pool.render(an_order("nap", mark=mark)))
    await eventually(mark.exists)
    for pid in (child, _parent(child)):
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGINT)
    assert int((await rendering).data) == child
    assert int((await pool.render(an_order())).data) == child


async def test_child_that_is_killed_at_rest_is_replaced(pool: RenderPool) -> None:
    """A child that the kernel kills between two reports costs nothing."""
    child = int((await pool.render(an_order())).data)
    os.kill(child, signal.SIGKILL)
    await eventually(lambda: not is_alive(child))
    assert int((await pool.render(an_order())).data) != child


async def test_render_is_interrupted_when_children_cannot_start() -> None:
    """A renderer that does not even load is a fault that passes with the next deployment, and nothing hangs."""
    async with open_render_pool(1, timeout_seconds=1.0, module="tests.no_such_module") as pool:
        with pytest.raises(RenderInterrupted):
            await pool.render(an_order())


async def test_children_end_when_pool_is_closed(tmp_path: Path) -> None:
    """Closing ends even a child at work."""
    async with open_render_pool(1, timeout_seconds=60.0, module=STRANGE) as pool:
        child = int((await pool.render(an_order())).data)
        mark = tmp_path / "hangs"
        rendering = asyncio.create_task(pool.render(an_order("hang", mark=mark)))
        await eventually(mark.exists)
    await eventually(lambda: not is_alive(child))
    rendering.cancel()
    await asyncio.wait([rendering])


def test_children_end_when_service_is_killed(tmp_path: Path) -> None:
    """SIGKILL of the service leaves no child behind."""
    script = tmp_path / "owner.py"
    script.write_text(
        "import asyncio, os, signal\n"
        "from report_service.rendering import open_render_pool\n"
        "from tests.integration.report.test_rendering import STRANGE, an_order\n"
        "async def main():\n"
        "    async with open_render_pool(1, module=STRANGE) as pool:\n"
        "        print((await pool.render(an_order())).data.decode(), flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    root = Path(__file__).parents[3]
    owner = subprocess.run(
        [sys.executable, str(script)],
        check=False,
        stdout=subprocess.PIPE,
        timeout=60,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    child = int(owner.stdout)
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that is dead and not yet reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
