"""The fault classes: what is broken how often and how long, under which load, and the bars to be met."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from report_service.fail_points import NAMES
from tests.faults import breaks, outages, scale_out
from tests.faults.load import Habits
from tests.faults.proxy import DOWN, UP, Spoil


@dataclass(frozen=True, slots=True)
class FaultClass:
    """One kind of fault.

    Attributes:
        waits, holds: the ranges of seconds between strikes and of a strike's length.
        shape: "amqp", "embedded", "standalone" or "scale-out".
        strikes: how many make up the class, whatever time they take, with load for as long; 0: as many as there is
            time for while reports are asked for.
        members: how many people write other things than reports meanwhile.
        disk: the folder of the installation that is a small disk.
        loses_renders: whether finished or begun renders are lost by it and must be made again.
        refuses_none: whether CreateReport must be answered OK all the while.
        recovery_bar: within how many seconds 99 % of the reports that a fault met must be final; None: no bar.
        calls_bar: within how many seconds the first call of each kind must be answered, counted in the same way; None:
            nobody makes such calls.
    """

    strike: breaks.Break
    waits: tuple[float, float] = (1.0, 4.0)
    holds: tuple[float, float] = (0.2, 2.0)
    shape: str = "amqp"
    strikes: int = 0
    members: int = 0
    disk: str = ""
    loses_renders: bool = False
    refuses_none: bool = False
    recovery_bar: float | None = None
    calls_bar: float | None = None
    habits: Habits = field(default_factory=Habits)


BROKER = ("broker in", "broker out")
BLACK_HOLE = frozenset({UP, DOWN})
_LONG = (10.0, 45.0)
_FULL = (5.0, 20.0)
# Longer than the backoff of all attempts of a report together.
_LONG_FULL = (180.0, 180.0)

CLASSES: dict[str, FaultClass] = {
    "nothing": FaultClass(partial(breaks.spoil_link, (), Spoil()), waits=(5.0, 5.0)),
    "worker-kill": FaultClass(breaks.kill_worker, waits=(2.0, 5.0), loses_renders=True, recovery_bar=5.0),
    "workers-kill-both": FaultClass(breaks.kill_all_workers, waits=(4.0, 8.0), loses_renders=True),
    "worker-pause": FaultClass(breaks.pause_worker, holds=(0.5, 40.0), loses_renders=True),
    "worker-term": FaultClass(breaks.terminate_worker, waits=(2.0, 5.0)),
    "child-kill": FaultClass(breaks.kill_render_child, loses_renders=True),
    "api-kill": FaultClass(partial(breaks.kill_part, "api"), loses_renders=True),
    "api-term": FaultClass(partial(breaks.terminate_part, "api")),
    "profile-kill": FaultClass(partial(breaks.kill_part, "profile"), holds=(0.2, 5.0), loses_renders=True),
    "gateway-kill": FaultClass(partial(breaks.kill_part, "gateway"), loses_renders=True),
    "broker-app": FaultClass(
        breaks.restart_broker_app, waits=(5.0, 10.0), holds=(1.0, 8.0), recovery_bar=15.0, refuses_none=True
    ),
    "broker-outage": FaultClass(
        breaks.restart_broker_app, waits=(15.0, 20.0), holds=(60.0, 60.0), recovery_bar=15.0, refuses_none=True
    ),
    "broker-kill": FaultClass(
        breaks.kill_broker,
        waits=(5.0, 10.0),
        holds=(0.0, 5.0),
        recovery_bar=15.0,
        refuses_none=True,
        loses_renders=True,
    ),
    "broker-wiped": FaultClass(
        breaks.wipe_broker,
        waits=(5.0, 10.0),
        holds=(0.0, 5.0),
        recovery_bar=60.0,
        refuses_none=True,
        loses_renders=True,
    ),
    "broker-memory": FaultClass(breaks.alarm_memory, waits=(3.0, 8.0), holds=(3.0, 15.0), refuses_none=True),
    "queue-deleted": FaultClass(breaks.delete_queue, waits=(1.0, 8.0), refuses_none=True),
    "consumers-cancelled": FaultClass(breaks.cancel_consumers, waits=(1.0, 8.0), refuses_none=True),
    "queue-purged": FaultClass(breaks.purge_queue, waits=(1.0, 8.0), refuses_none=True),
    "binding-removed": FaultClass(breaks.remove_binding, waits=(1.0, 8.0), refuses_none=True),
    "broker-link-cut": FaultClass(partial(breaks.cut_link, BROKER), refuses_none=True),
    "broker-link-blackhole": FaultClass(partial(breaks.spoil_link, BROKER, Spoil(stalled=BLACK_HOLE)), holds=_LONG),
    "broker-link-one-way": FaultClass(
        partial(breaks.spoil_link, BROKER, Spoil(stalled=frozenset({DOWN}))), holds=_LONG
    ),
    "broker-link-slow": FaultClass(
        partial(breaks.spoil_link, BROKER, Spoil(latency_seconds=0.3, slice_bytes=7, bytes_per_second=4000)),
        holds=_LONG,
    ),
    "profile-link-cut": FaultClass(partial(breaks.cut_link, ("profile",))),
    "profile-link-slow": FaultClass(
        partial(breaks.spoil_link, ("profile",), Spoil(latency_seconds=0.5)), holds=(2.0, 10.0)
    ),
    "profile-link-blackhole": FaultClass(
        partial(breaks.spoil_link, ("profile",), Spoil(stalled=BLACK_HOLE)), holds=(2.0, 20.0)
    ),
    "report-link-cut": FaultClass(partial(breaks.cut_link, ("report",))),
    "download-reset": FaultClass(
        breaks.reset_downloads, waits=(0.2, 1.0), holds=(0.5, 3.0), habits=Habits(downloads=1.0)
    ),
    "embedded-api-kill": FaultClass(partial(breaks.kill_part, "api"), shape="embedded", loses_renders=True),
    "blobs-disk-full": FaultClass(
        breaks.fill_disk, waits=(5.0, 10.0), holds=_FULL, disk="report/reports", loses_renders=True
    ),
    "blobs-disk-full-long": FaultClass(breaks.fill_disk, holds=_LONG_FULL, disk="report/reports", loses_renders=True),
    "report-disk-full": FaultClass(breaks.fill_disk, waits=(5.0, 10.0), holds=_FULL, disk="report", loses_renders=True),
    "profile-disk-full": FaultClass(
        breaks.fill_disk, waits=(5.0, 10.0), holds=_FULL, disk="profile", loses_renders=True, members=2
    ),
    "standalone-disk-full": FaultClass(
        breaks.fill_disk, waits=(5.0, 10.0), holds=_FULL, shape="standalone", disk="data", loses_renders=True, members=2
    ),
    **{
        f"at-{name}": FaultClass(
            partial(breaks.die_at, name),
            waits=(0.0, 0.2),
            strikes=20,
            loses_renders=True,
            habits=Habits(pace_seconds=0.5, deletes=0.9, cancels=0.05)
            if name.startswith("purge")
            else Habits(pace_seconds=0.5),
        )
        for name in NAMES
    },
    "standalone-kill": FaultClass(
        breaks.kill_standalone,
        waits=(0.0, 1.6),
        shape="standalone",
        strikes=200,
        members=3,
        loses_renders=True,
        habits=Habits(pace_seconds=1.5, deletes=0.5),
    ),
}
# Two of every part, and servers that are shared.
_shared = partial(FaultClass, waits=(6.0, 9.0), shape="scale-out", members=2, loses_renders=True, calls_bar=5.0)
POSTGRESQL_LINK, S3_LINK = (scale_out.POSTGRESQL,), (scale_out.S3,)
CLASSES |= {
    "scale-out-nothing": _shared(partial(breaks.spoil_link, (), Spoil()), loses_renders=False),
    "scale-out-in-turn": _shared(outages.each_in_turn, waits=(0.5, 1.0), holds=(0.0, 1.5), strikes=10),
    "postgresql-backends-killed": _shared(outages.kill_backends, holds=(5.0, 15.0)),
    "postgresql-kill": _shared(outages.kill_postgresql, holds=(0.0, 5.0)),
    "postgresql-link-cut": _shared(partial(breaks.cut_link, POSTGRESQL_LINK), holds=(0.2, 5.0)),
    "postgresql-link-slow": _shared(
        partial(breaks.spoil_link, POSTGRESQL_LINK, Spoil(latency_seconds=0.02)), holds=(5.0, 10.0)
    ),
    "postgresql-link-blackhole": _shared(
        partial(breaks.spoil_link, POSTGRESQL_LINK, Spoil(stalled=BLACK_HOLE)), holds=(2.0, 20.0)
    ),
    "s3-kill": _shared(outages.kill_s3, holds=(0.0, 5.0)),
    "s3-link-cut": _shared(partial(breaks.cut_link, S3_LINK), holds=(0.2, 5.0)),
    "s3-link-slow": _shared(partial(breaks.spoil_link, S3_LINK, Spoil(latency_seconds=0.3)), holds=(5.0, 10.0)),
    "s3-link-blackhole": _shared(partial(breaks.spoil_link, S3_LINK, Spoil(stalled=BLACK_HOLE)), holds=(2.0, 20.0)),
    "broker-node-kill": _shared(outages.kill_broker_node, holds=(1.0, 5.0), refuses_none=True, recovery_bar=15.0),
    "profile-replica-pause": _shared(outages.pause_replica, holds=(2.0, 10.0)),
    **{f"{kind}-replica-kill": _shared(outages.kill_replica(kind)) for kind in ("profile", "api", "gateway", "worker")},
}
# Where hints stay in the process that serves and works, the same must hold.
for _name in ("api-term", "profile-kill", "profile-link-cut", "gateway-kill", "report-link-cut", "download-reset"):
    CLASSES[f"embedded-{_name}"] = replace(CLASSES[_name], shape="embedded")
