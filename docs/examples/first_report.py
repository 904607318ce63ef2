"""Sign in, record a game and save a report, with the generated stubs alone.

Usage: first_report.py ENDPOINT USERNAME PASSWORD PLAYER PLAYER PLAYER PLAYER ...
"""

import sys
import uuid

import grpc
from dossier.auth.v1 import auth_service_pb2 as auth
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.report.v1 import report_service_pb2 as report
from dossier.report.v1 import report_service_pb2_grpc as report_rpc
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as games
from dossier.stats.v1 import game_service_pb2_grpc as games_rpc

endpoint, username, password, *players = sys.argv[1:]
channel = grpc.insecure_channel(endpoint)
tokens = auth_rpc.AuthServiceStub(channel).SignIn(auth.SignInRequest(username=username, password=password)).tokens
me = [("authorization", f"Bearer {tokens.access_token}")]

roles = ["DON", "MAFIA", "MAFIA", "SHERIFF", *["CIVILIAN"] * (len(players) - 4)]
game = game_pb2.Game(
    game_id=str(uuid.uuid4()), winner="WINNER_RED", start_time={"seconds": 1_750_000_000}, duration={"seconds": 2700}
)
for number, (player, role) in enumerate(zip(players, roles, strict=True), start=1):
    game.seats.add(seat_number=number, username=player, role=f"ROLE_{role}")
games_rpc.GameServiceStub(channel).RecordGame(games.RecordGameRequest(game=game), metadata=me)

reports = report_rpc.ReportServiceStub(channel)
asked = reports.CreateReport(report.CreateReportRequest(username=players[0]), metadata=me).report
*_, last = reports.WatchReport(report.WatchReportRequest(report_id=asked.report_id), metadata=me)
chunks = reports.DownloadReport(report.DownloadReportRequest(report_id=last.report.report_id), metadata=me)
with open("report.pdf", "wb") as file:
    file.writelines(message.chunk for message in chunks)
