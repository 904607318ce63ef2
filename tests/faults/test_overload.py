"""More calls than an installation can serve, for a moment: what is served, refused and left afterwards."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import grpc
import pytest
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc

from tests.faults.flood import OK
from tests.faults.overload import REFUSALS, SHAPES, clients_of, sign_up, started

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("faults")]


@pytest.mark.parametrize("shape", SHAPES)
def test_flood_is_refused_in_part_served_in_part_and_forgotten(shape: str, tmp_path: Path) -> None:
    """Some are served, the rest is told so; when it is over, the next call is answered as if nothing had been."""
    with started(shape, tmp_path) as installation:
        tokens = sign_up(installation.endpoint, 8)
        with closing(clients_of(installation, tokens, seed=1)) as clients:
            calm = clients.keep(8, seconds=1.0)
            flood = clients.offer(8 * calm.goodput, seconds=3.0)
        assert flood.codes[OK]
        assert sum(flood.codes[code] for code in REFUSALS)
        with grpc.insecure_channel(installation.endpoint) as channel:
            request = profile_pb.GetUserRequest(username=next(iter(tokens)))
            assert profile_rpc.ProfileServiceStub(channel).GetUser(request, timeout=20).user.username
        assert all(part.running.poll() is None for part in installation.parts.values())
