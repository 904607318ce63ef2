"""No answer shows something of a person without a test of who may see it, or a reason why it needs none."""

from __future__ import annotations

from collections.abc import Iterator

from dossier.profile.v1 import visibility_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from runtime import contract
from tests.integration.profile.readings import READINGS
from tests.provision.fixtures import on_one_engine

pytestmark = on_one_engine

# The names of the fields that say something of a person, in whatever message they stand.
PERSONAL = frozenset((
    "about", "account_id", "actor_account_id", "actor_username", "address", "against", "avatar", "ban", "changes",
    "chunk", "city", "club",
    "details", "device_name", "display_name", "email", "file_name", "gender", "missing_usernames", "nickname",
    "pending_email", "reason", "seats", "subject_account_id", "subject_username", "tally", "together", "username",
))  # fmt: skip
# All other text. Ids are random, and locales are for the choice of a language.
IMPERSONAL_TEXT = frozenset((
    "access_token", "alg", "api_key_id", "content_type", "crv", "default_points_profile", "download_uri", "etag",
    "event_id", "game_id", "id", "kid", "kind", "kty", "link_id", "locale", "next_page_token", "points_profile",
    "receipt_id", "refresh_token", "report_id", "rule_set", "seal", "season", "secret", "session_id", "sha256",
    "table", "text", "title", "uri", "use", "x", "y",
))  # fmt: skip

OWN = "the caller's own"
PARTS = "for another part of the installation, about the account that it was asked about"
NAMED = "the caller named the player, and the report is made by the caller's sight of them"
# What hides nothing, and why.
WHOLE = {
    "AccountService/GetAccount": OWN,
    "AdminService/CreateApiKey": "display_name is that of a key",
    "AdminService/ListApiKeys": "display_name is that of a key",
    "AdminService/ListAuditEvents": "for admins, who answer for what happens",
    "AdminService/SearchUsers": "for managers, who look after accounts; e-mail addresses for admins alone",
    "AuthService/GetCaller": OWN,
    "AuthService/ListSessions": OWN,
    "AuthService/SignInWithApiKey": OWN,
    "AuthService/SignUp": OWN,
    "AvatarService/GetAvatar": "pictures are for everybody, as the contract says",
    "AvatarService/UploadAvatar": OWN,
    "CredentialsService/CreateAccount": PARTS,
    "CredentialsService/ListSessions": PARTS,
    "CredentialsService/OpenSession": PARTS,
    "CredentialsService/OpenSessionWithApiKey": PARTS,
    "CredentialsService/RotateSession": PARTS,
    "GameService/BatchRecordGames": "a referee has named the players in the call itself",
    "GameService/CorrectGame": "a referee has named the players in the call itself",
    "GameService/RecordGame": "a referee has named the players in the call itself",
    "GameService/VoidGame": "for referees, who must know which game it is",
    "LifecycleService/ListPurges": "for report_service, which deletes what it keeps of them",
    "LifecycleService/ReadAccount": "an export is for its player alone",
    "ReportService/CancelReport": NAMED,
    "ReportService/CreateReport": NAMED,
    "ReportService/DownloadReport": NAMED,
    "ReportService/ExportAccount": OWN,
    "ReportService/GetReport": NAMED,
    "ReportService/ListReports": NAMED,
    "ReportService/VerifyReport": "the name alone, while the account exists; whoever asks has the report",
    "ReportService/WatchReport": NAMED,
    "ShareService/DownloadSharedReport": "its owner gave it away, and both accounts are still there",
}


def fields_within(message: Descriptor, outer: tuple[str, ...] = ()) -> Iterator[FieldDescriptor]:
    """Return the fields that a message is made of; who may see a field is nothing of a person."""
    for field in message.fields:
        if field.enum_type is not visibility_pb2.Audience.DESCRIPTOR:
            yield field
        if field.message_type is not None and field.message_type.full_name not in outer:
            yield from fields_within(field.message_type, (*outer, message.full_name))


def answers() -> dict[str, Descriptor]:
    """Return what each method answers with."""
    return {
        f"{service.name}/{method.name}": method.output_type
        for service in contract.services()
        for method in service.methods
    }


def test_every_text_of_an_answer_is_a_persons_or_not() -> None:
    """A new field has to say here which it is, so that none shows a person by oversight."""
    text = {FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES}
    found = {field.name for answer in answers().values() for field in fields_within(answer) if field.type in text}
    assert not PERSONAL & IMPERSONAL_TEXT
    assert found <= PERSONAL | IMPERSONAL_TEXT
    assert found >= IMPERSONAL_TEXT


def test_every_method_that_shows_players_is_in_the_table() -> None:
    """Its tests say what it hides from whom, or a reason why nothing is hidden."""
    showing = {name for name, answer in answers().items() if PERSONAL & {field.name for field in fields_within(answer)}}
    assert showing == READINGS.keys() | WHOLE.keys()
    assert not READINGS.keys() & WHOLE.keys()
