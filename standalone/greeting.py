"""What `make run` tells a person: what is being set up, and what to try."""

from __future__ import annotations

from pathlib import Path

from standalone.sample_club.club import SampleClub


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def listening(address: str, http_address: str) -> str:
    """Return the line for a server without a sample club. `http_address` is empty where nobody serves browsers."""
    browsers = f", and for browsers on {http_address}" if http_address else ""
    return f"Dossier listens on {address}{browsers}. Stop it with Ctrl-C."


def welcome(address: str, http_address: str, club: SampleClub, report: Path, *, with_reflection: bool) -> str:
    """Return what to try with the sample club."""
    page = http_address.replace("127.0.0.1", "localhost")
    by_http = f"""
  a browser, or curl
     open {page}
     curl {page}/v1/users/{club.username}
"""
    endpoint = address.replace("127.0.0.1", "localhost")
    by_reflection = f"""
  grpcurl, which asks the server what there is
     grpcurl -plaintext {endpoint} list
     grpcurl -plaintext -d '{{"username": "{club.username}"}}' {endpoint} dossier.profile.v1.ProfileService/GetUser
"""
    return f"""
Dossier listens on {endpoint}. Stop it with Ctrl-C.

  sample account    {club.username}
  its password      {club.password}
  a report to see   {report}

Try, in another terminal:
{by_http if page else ""}
  the command line
     export DOSSIER_ENDPOINT={endpoint}
     echo '{club.password}' | .venv/bin/dossier sign-in {club.username} --password-stdin
     .venv/bin/dossier report create --output my-report.pdf
{by_reflection if with_reflection else ""}
  Python, with the generated stubs
     .venv/bin/python -c 'import grpc
from dossier.stats.v1 import stats_service_pb2 as pb, stats_service_pb2_grpc as rpc
stats = rpc.StatsServiceStub(grpc.insecure_channel("{endpoint}"))
print(stats.GetPlayerStats(pb.GetPlayerStatsRequest(username="{club.username}")))'
"""
