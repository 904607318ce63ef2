"""Image processing in real child processes, also in children that misbehave."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from typing import Any, cast

import pytest
from PIL import Image

from profile_service import avatar_images, discs, imaging
from profile_service.avatar_images import ImageProcessor, ImageProcessorBusy, ImageRefused

OS = "__import__('os')"
LOOP_FOREVER = "[0 for _ in iter(int, 1)]"


def a_processor(**options: Any) -> closing[ImageProcessor]:
    """Return a processor to be used in a `with` block."""
    return closing(ImageProcessor(**options))


def an_evaluator(**options: Any) -> closing[ImageProcessor]:
    """Return a processor whose children evaluate the "picture" as Python; `eval` needs no module of tests there."""
    return closing(ImageProcessor(function=cast(Any, eval), **options))


async def evaluated(processor: ImageProcessor, expression: str) -> Any:
    """Return what an expression is worth in a child."""
    return cast(Any, await processor.process(expression.encode()))


def a_picture_file(image_format: str = "PNG") -> bytes:
    """Return a small valid picture."""
    stream = BytesIO()
    Image.new("RGB", (30, 20), (200, 30, 90)).save(stream, image_format)
    return stream.getvalue()


def children() -> set[int]:
    """Return the process ids of all living children."""
    return {child.pid for child in multiprocessing.active_children() if child.pid is not None}


@contextmanager
def cancelled_at_end() -> Iterator[list[asyncio.Task[Any]]]:
    """Give a list for tasks that are cancelled at the end of a `with` block."""
    tasks: list[asyncio.Task[Any]] = []
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()


async def eventually(condition: Callable[[], bool], *, within_seconds: float = 10.0) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(within_seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_process_returns_variants_from_child() -> None:
    """What the child makes is what `imaging.process` makes."""
    data = a_picture_file()
    with a_processor() as processor:
        assert await processor.process(data) == imaging.process(data)


async def test_process_serves_more_pictures_than_children() -> None:
    """Every picture of a crowd within the limits gets its own result."""
    pictures = [a_picture_file(image_format) for image_format in ("PNG", "JPEG", "WEBP")] * 2
    with a_processor(workers=2) as processor:
        results = await asyncio.gather(*(processor.process(data) for data in pictures))

    assert results == [imaging.process(data) for data in pictures]


async def test_process_reports_refusal_from_child() -> None:
    """A refusal crosses the process boundary with reason and message."""
    with a_processor() as processor, pytest.raises(ImageRefused) as refusal:
        await processor.process(b"GIF89a")

    assert refusal.value.reason_code == "IMAGE_FORMAT"
    assert "JPEG, PNG or WebP" in refusal.value.message


async def test_process_refuses_large_file_without_child() -> None:
    """Too many bytes are refused before anything is sent to a child."""
    with a_processor() as processor:
        processor.close()
        with pytest.raises(ImageRefused, match="5 MiB"):
            await processor.process(bytes(imaging.MAX_INPUT_BYTES + 1))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
async def test_process_decodes_largest_picture_within_limits(image_format: str) -> None:
    """The memory and time of a child suffice for 16 Mpx."""
    stream = BytesIO()
    mode = "RGB" if image_format == "JPEG" else "RGBA"
    noise = Image.effect_noise((64, 64), 90).convert(mode)
    if mode == "RGBA":
        noise.putalpha(Image.linear_gradient("L").resize((64, 64)))
    options: dict[str, Any] = {"progressive": True} if image_format == "JPEG" else {}
    noise.resize((4096, 4096), Image.Resampling.NEAREST).save(stream, image_format, **options)
    with a_processor() as processor:
        assert len((await processor.process(stream.getvalue())).variants) == 4


@pytest.mark.parametrize(
    "misdeed",
    [
        f"{OS}._exit(0)",
        f"{OS}._exit(3)",
        f"{OS}.kill({OS}.getpid(), 9)",
        f"{OS}.kill({OS}.getpid(), 11)",
        f"{OS}.kill({OS}.getpid(), 15)",
        LOOP_FOREVER,
        "bytearray(1 << 30)",
        "9 ** 9 ** 9 ** 9",
    ],
)
async def test_process_survives_misbehaving_child(misdeed: str) -> None:
    """A child that exits, crashes, hangs or eats memory breaks its own picture only."""
    with an_evaluator(timeout_seconds=0.5) as processor:
        with pytest.raises(ImageRefused) as refusal:
            await evaluated(processor, misdeed)
        assert refusal.value.reason_code == "IMAGE_BROKEN"
        assert await evaluated(processor, "6 * 7") == 42


async def test_process_kills_child_that_ignores_signals_in_c_code() -> None:
    """A decoder stuck in C code is gone at once, not after a grace period."""
    time = asyncio.get_running_loop().time
    with an_evaluator() as processor:
        before = time()
        assert await evaluated(processor, "1") == 1
        usual = time() - before
    with an_evaluator(timeout_seconds=0.2) as processor:
        before = time()
        with pytest.raises(ImageRefused):
            await evaluated(processor, "sum(iter(int, 1))")
        assert time() - before < usual + 2.5


async def test_process_works_after_waiting_children_were_killed() -> None:
    """Losing the idle children, as to the kernel's memory killer, costs no picture."""
    with an_evaluator() as processor:
        assert await evaluated(processor, "1") == 1
        await eventually(lambda: len(children()) == 2)
        for child in children():
            os.kill(child, signal.SIGKILL)

        assert await evaluated(processor, "2") == 2
        assert await evaluated(processor, "3") == 3


async def test_child_is_confined() -> None:
    """Memory, time, files and core dumps are limited in the child, and Ctrl-C is ignored."""
    resource, handler = "__import__('resource')", "__import__('signal').getsignal(2).name"
    names = ["RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NOFILE"]
    limits = ", ".join(f"{resource}.getrlimit({resource}.{name})" for name in names)
    with an_evaluator() as processor:
        assert await evaluated(processor, handler) == "SIG_IGN"
        assert await evaluated(processor, f"[{limits}]") == [
            (avatar_images.CHILD_MEMORY_BYTES,) * 2,
            (avatar_images.CHILD_CPU_SECONDS,) * 2,
            (0, 0),
            (0, 0),
            (32, 32),
        ]


async def test_child_imports_imaging_alone() -> None:
    """Of the service and its libraries a child knows only what decoding needs."""
    with an_evaluator() as processor:
        modules = set(await evaluated(processor, "list(__import__('sys').modules)"))

    assert {name for name in modules if name.startswith("profile_service")} == {
        "profile_service",
        "profile_service.imaging",
    }
    assert not {"grpc", "runtime", "aiosqlite", "structlog", "obstore"} & modules


async def test_each_picture_has_its_own_child() -> None:
    """Nothing that one picture did to its child meets the next picture."""
    with an_evaluator() as processor:
        pids = [await evaluated(processor, f"{OS}.getpid()") for _ in range(3)]

    assert len(set(pids)) == 3


async def test_process_is_busy_beyond_queue_limit() -> None:
    """One picture too many is turned away at once, and accepted when there is room again."""
    with an_evaluator(workers=1, queue_limit=1) as processor, cancelled_at_end() as tasks:
        tasks.extend(asyncio.create_task(processor.process(LOOP_FOREVER.encode())) for _ in range(2))
        await asyncio.sleep(0)

        with pytest.raises(ImageProcessorBusy):
            await evaluated(processor, "1")

        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert await evaluated(processor, "1") == 1


async def test_process_ends_child_when_cancelled() -> None:
    """Cancelling the caller is not swallowed, ends the child and frees its place."""
    started = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, started.set)
    tell_parent = f"{OS}.kill({OS}.getppid(), {signal.SIGUSR1.value})"
    try:
        with an_evaluator(queue_limit=0) as processor:
            before = children()
            task = asyncio.create_task(processor.process(f"({tell_parent}, {LOOP_FOREVER})".encode()))
            async with asyncio.timeout(10):
                await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            await eventually(lambda: not before <= children())
            assert await evaluated(processor, "1") == 1
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)


async def test_close_fails_what_still_runs() -> None:
    """Closing answers the waiting callers, ends the children and may be repeated."""
    with an_evaluator() as processor, cancelled_at_end() as tasks:
        tasks.extend(asyncio.create_task(processor.process(LOOP_FOREVER.encode())) for _ in range(3))
        await asyncio.sleep(0)
        processor.close()
        processor.close()

        for task in tasks:
            with pytest.raises(ImageProcessorBusy):
                await task
        with pytest.raises(ImageProcessorBusy):
            await evaluated(processor, "1")
    assert not children()


async def test_initials_disc_is_remembered() -> None:
    """The same disc is drawn once; others are drawn for themselves."""
    with a_processor() as processor:
        first = await processor.initials_disc("Ada Lovelace", size=64, seed="ada")
        again = await processor.initials_disc("Alan Lem", size=64, seed="ada")
        larger = await processor.initials_disc("Ada Lovelace", size=128, seed="ada")

    assert first is again
    assert first == discs.initials_disc("Ada Lovelace", size=64, seed="ada")
    assert larger != first


async def test_initials_disc_forgets_the_oldest() -> None:
    """However many names are asked for, the memory stays bounded."""
    with a_processor() as processor:
        first = await processor.initials_disc("A", size=16, seed="x")
        for number in range(300):
            await processor.initials_disc(f"{chr(65 + number // 26)} {chr(65 + number % 26)}", size=16, seed="x")
        again = await processor.initials_disc("A", size=16, seed="x")

    assert again == first
    assert again is not first


async def test_initials_disc_refuses_size_out_of_range() -> None:
    """The range of sizes holds here as well."""
    with a_processor() as processor, pytest.raises(ValueError, match="size"):
        await processor.initials_disc("Ada", size=4, seed="ada")
