"""What becomes of those who try passwords: how many they may try, and who is not hindered by it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from google.rpc import error_details_pb2
from grpc import StatusCode

from profile_service.app import STORAGE
from profile_service.errors import TooManyAttempts
from profile_service.guessing import ONE_ACCOUNT, ONE_NETWORK, ONE_SOURCE, ONE_TOKEN_SOURCE, Counter, Rule
from profile_service.storage.attempt_store import AttemptStore
from runtime import contract
from runtime.admission import Admission, Limits
from runtime.database import now_micros
from tests.integration.profile.conftest import PASSWORD, SIGN_UPS_PER_HOUR, Player, Profile, running
from tests.integration.profile.details import detail_of
from tests.integration.profile.test_credentials import is_live, rotate
from tests.integration.profile.test_sign_in_under_way import running_with
from tests.provision.databases import Place, place_at
from tests.statuses import reason_of, refused
from tests.unit.profile.test_signing_in import CountingPasswords

HOME, ELSEWHERE = "203.0.113.0/24", "198.51.100.0/24"
THROTTLED = (StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_ATTEMPTS")
WRONG = (StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG")


@pytest.fixture
def profile(profile: Profile) -> Profile:
    """The service, with a clock that goes on only when a test says so."""
    profile.clock.stop()
    return profile


async def sign_in(profile: Profile, username: str, password: str, *, network: str = HOME) -> credentials_pb.Session:
    request = credentials_pb.OpenSessionRequest(username=username, password=password, client_address=network)
    answer: credentials_pb.OpenSessionResponse = await profile.credentials.OpenSession(
        request, metadata=profile.internal
    )
    return answer.session


async def outcome(call: Awaitable[object]) -> tuple[StatusCode, str]:
    """Return the code and reason that a call is refused with."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code(), reason_of(error)
    return StatusCode.OK, ""


async def guess(profile: Profile, username: str, times: int, *, network: str = HOME) -> list[tuple[StatusCode, str]]:
    """Try wrong passwords one after the other, and return what each was answered."""
    return [await outcome(sign_in(profile, username, f"guess {n}", network=network)) for n in range(times)]


@pytest.mark.parametrize("username", ["anna", "nobody"])
async def test_guesses_beyond_the_free_ones_wait_for_known_and_unknown_alike(profile: Profile, username: str) -> None:
    """The tries after the free ones are refused with the time to wait, whether or not the account exists."""
    await profile.sign_up("anna")
    assert await guess(profile, username, ONE_SOURCE.free) == [WRONG] * ONE_SOURCE.free
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await sign_in(profile, username, PASSWORD)
    assert (caught.value.code(), reason_of(caught.value)) == THROTTLED
    assert caught.value.details() == "Too many attempts; try again in 1 s."
    assert detail_of(caught.value, error_details_pb2.RetryInfo).retry_delay.seconds == 1


async def test_right_password_after_the_wait_is_let_in_and_ends_it(profile: Profile) -> None:
    """No account is ever locked: the wait over, the owner signs in, and has all free tries again."""
    await profile.sign_up("anna")
    await guess(profile, "anna", ONE_SOURCE.free)
    profile.clock.advance(seconds=2)
    await sign_in(profile, "anna", PASSWORD)
    assert await guess(profile, "anna", ONE_SOURCE.free) == [WRONG] * ONE_SOURCE.free


async def test_stubborn_guesser_gets_four_tries_an_hour_in_the_end(profile: Profile) -> None:
    """Who tries every minute has, beside the free tries and the doublings, one try in fifteen minutes."""
    doublings, hours = 10, 6
    checked = 0
    for _ in range(hours * 60):
        checked += (await guess(profile, "anna", 1)) == [WRONG]
        profile.clock.advance(minutes=1)
    assert hours * 4 <= checked <= ONE_SOURCE.free + doublings + hours * 4


async def test_guesses_from_elsewhere_do_not_hinder_the_owner(profile: Profile) -> None:
    """Somebody else's guessing keeps the owner neither from signing in nor from going on."""
    anna = await profile.sign_up("anna")
    await guess(profile, "anna", ONE_SOURCE.free + 1, network=ELSEWHERE)
    assert (await sign_in(profile, "anna", PASSWORD)).username == "anna"
    assert await is_live(profile, anna.session_id)
    assert (await rotate(profile, anna.refresh_token)).username == "anna"


async def test_many_networks_on_one_account_wait_together_but_not_its_owner(profile: Profile) -> None:
    """A hundred networks that share the work are slowed down as one; where the owner was before, they get in."""
    await profile.sign_up("anna")
    await sign_in(profile, "anna", PASSWORD)
    networks = [f"10.0.{number}.0/24" for number in range(ONE_ACCOUNT.free)]
    answers = [(await guess(profile, "anna", 1, network=network))[0] for network in networks]
    assert answers == [WRONG] * (ONE_ACCOUNT.free - 1) + [THROTTLED]
    assert (await sign_in(profile, "anna", PASSWORD)).username == "anna"


async def test_owner_gets_in_from_where_they_were_before_however_many_guess_there(profile: Profile) -> None:
    """A network in which somebody tries account after account keeps only those waiting who are new there."""
    await profile.sign_up("anna", client_address=HOME)
    await profile.sign_up("boris", client_address=ELSEWHERE)
    for number in range(ONE_NETWORK.free + 1):
        await guess(profile, f"player-{number}", 1)
    assert (await sign_in(profile, "anna", PASSWORD)).username == "anna"
    assert await outcome(sign_in(profile, "boris", PASSWORD)) == THROTTLED
    profile.clock.advance(seconds=60)
    assert (await sign_in(profile, "boris", PASSWORD)).username == "boris"


async def test_one_network_on_many_accounts_waits(profile: Profile) -> None:
    """One password tried on account after account is slowed down, and right passwords do not count."""
    await profile.sign_up("anna")
    for _ in range(3):
        await sign_in(profile, "anna", PASSWORD)
    answers = [(await guess(profile, f"player-{number}", 1))[0] for number in range(ONE_NETWORK.free + 1)]
    assert answers == [WRONG] * ONE_NETWORK.free + [THROTTLED]


async def test_simultaneous_guesses_get_no_more_checks_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 256 guesses at the same moment only the free ones are looked at (CVE-2023-47111)."""
    monkeypatch.setattr(Admission, "__init__", _spacious(Admission.__init__))
    passwords = CountingPasswords()
    async with running_with(passwords, tmp_path) as profile:
        profile.clock.stop()
        await profile.sign_up("anna")
        answers = await asyncio.gather(*(outcome(sign_in(profile, "anna", f"guess {n}")) for n in range(256)))
    assert passwords.checks == ONE_SOURCE.free
    assert sorted(answers, key=str) == sorted(
        [WRONG] * ONE_SOURCE.free + [THROTTLED] * (256 - ONE_SOURCE.free), key=str
    )


def _spacious(usual: Callable[..., None]) -> Callable[..., None]:
    """Have a server take all guesses at once, which would else refuse most of them for want of places."""

    def build(self: Admission, limits: Limits | None = None, **named: Any) -> None:
        usual(self, Limits(credentials=256), **named)

    return build


async def _try_sign_in(profile: Profile, player: Player, password: str) -> None:
    await sign_in(profile, player.username, password)


async def _try_change_password(profile: Profile, player: Player, password: str) -> None:
    request = credentials_pb.ChangePasswordRequest(
        account_id=player.account_id,
        session_id=player.session_id,
        current_password=password,
        new_password="quite another password",
    )
    await profile.credentials.ChangePassword(request, metadata=profile.internal)


async def _try_delete_account(profile: Profile, player: Player, password: str) -> None:
    request = account_pb.DeleteAccountRequest(username=player.username, password=password)
    await profile.accounts.DeleteAccount(request, metadata=player.metadata)


async def _try_change_email(profile: Profile, player: Player, password: str) -> None:
    request = account_pb.ChangeEmailRequest(email="", password=password)
    await profile.accounts.ChangeEmail(request, metadata=player.metadata)


async def _try_undelete_account(profile: Profile, player: Player, password: str) -> None:
    request = credentials_pb.UndeleteAccountRequest(username=player.username, password=password)
    await profile.credentials.UndeleteAccount(request, metadata=profile.internal)


CHECKS = {
    "/dossier.profile.v1.CredentialsService/OpenSession": _try_sign_in,
    "/dossier.profile.v1.CredentialsService/ChangePassword": _try_change_password,
    "/dossier.profile.v1.CredentialsService/UndeleteAccount": _try_undelete_account,
    "/dossier.profile.v1.AccountService/ChangeEmail": _try_change_email,
    "/dossier.profile.v1.AccountService/DeleteAccount": _try_delete_account,
}
# They hash a password that is being set; none is checked.
SETTING = {
    "/dossier.profile.v1.CredentialsService/CreateAccount",
    "/dossier.profile.v1.CredentialsService/ResetPassword",
}


def test_every_method_that_hashes_a_password_is_known_here() -> None:
    """A new method that checks passwords has to show below that it is limited (CVE-2026-9798)."""
    hashing = {path for path, method in contract.methods().items() if method.hashes_password}
    assert {path for path in hashing if "auth.v1" not in path} == CHECKS.keys() | SETTING


@pytest.mark.parametrize("path", CHECKS)
async def test_every_check_of_a_password_is_limited(path: str, profile: Profile) -> None:
    """Whichever way a password is shown, only so many wrong ones are looked at; then not even the right one."""
    anna = await profile.sign_up("anna")
    answers = [await outcome(CHECKS[path](profile, anna, f"guess {n}")) for n in range(ONE_SOURCE.free)]
    assert answers == [WRONG] * ONE_SOURCE.free
    assert await outcome(CHECKS[path](profile, anna, PASSWORD)) == THROTTLED


async def _try_api_key(profile: Profile, number: int) -> None:
    request = credentials_pb.OpenSessionWithApiKeyRequest(api_key=f"guess {number}", client_address=HOME)
    await profile.credentials.OpenSessionWithApiKey(request, metadata=profile.internal)


async def _try_mail_token(profile: Profile, number: int) -> None:
    request = credentials_pb.ResetPasswordRequest(
        token=f"guess-{number}" * 4, new_password=PASSWORD, client_address=HOME
    )
    await profile.credentials.ResetPassword(request, metadata=profile.internal)


TOKENS = [(_try_api_key, "API_KEY_INVALID"), (_try_mail_token, "MAIL_TOKEN_INVALID")]


@pytest.mark.parametrize(("attempt", "reason"), TOKENS)
async def test_every_check_of_a_key_or_token_is_limited(
    profile: Profile, attempt: Callable[[Profile, int], Awaitable[None]], reason: str
) -> None:
    """Nobody guesses 256 bits, and still no way in is without a limit; what is good does not count."""
    answers = [await outcome(attempt(profile, number)) for number in range(ONE_TOKEN_SOURCE.free + 1)]
    assert [answer[1] for answer in answers] == [reason] * ONE_TOKEN_SOURCE.free + ["TOO_MANY_ATTEMPTS"]


async def test_good_api_keys_are_never_too_many(profile: Profile) -> None:
    """A program that signs in all the time is not kept waiting."""
    request = credentials_pb.CreateServiceAccountRequest(username="game-server")
    key = (await profile.credentials.CreateServiceAccount(request, metadata=profile.internal)).secret
    request = credentials_pb.OpenSessionWithApiKeyRequest(api_key=key, client_address=HOME)
    for _ in range(ONE_TOKEN_SOURCE.free + 5):
        await profile.credentials.OpenSessionWithApiKey(request, metadata=profile.internal)


async def test_stolen_session_does_not_keep_the_owner_from_their_account(profile: Profile) -> None:
    """Guesses out of one session make that session wait, not the account's others, nor a sign-in."""
    anna = await profile.sign_up("anna")
    other = profile.player(await sign_in(profile, "anna", PASSWORD))
    for number in range(ONE_SOURCE.free + 1):
        await outcome(_try_change_password(profile, anna, f"guess {number}"))
    assert await outcome(_try_change_password(profile, anna, PASSWORD)) == THROTTLED
    await _try_change_password(profile, other, PASSWORD)
    await sign_in(profile, "anna", "quite another password")


async def test_waiting_survives_a_restart(tmp_path: Path) -> None:
    """Whoever has to wait waits also for a service that was started anew, as for every replica."""
    async with running(tmp_path) as profile:
        await guess(profile, "anna", ONE_SOURCE.free)
        for _ in range(6):
            profile.clock.advance(minutes=1)
            await guess(profile, "anna", 1)
    async with running(tmp_path) as profile:
        assert await guess(profile, "anna", 1) == [THROTTLED]


async def test_sign_ups_from_one_network_wait(profile: Profile) -> None:
    """One network opens so many accounts at once and then one by one; another network is not hindered."""

    def sign_up(number: int, network: str) -> Awaitable[Player]:
        return profile.sign_up(f"player-{number}", client_address=network)

    for number in range(SIGN_UPS_PER_HOUR):
        await sign_up(number, HOME)
    with refused(*THROTTLED):
        await sign_up(10, HOME)
    await sign_up(11, ELSEWHERE)
    profile.clock.advance(minutes=1, seconds=1)
    await sign_up(10, HOME)


async def test_username_that_looks_like_anothers_is_taken(profile: Profile) -> None:
    """Nobody passes for somebody else by a letter that looks the same, nor for the club itself."""
    await profile.sign_up("lola-moon")
    for lookalike in ("l0la-moon", "1ola-moon", "lola-rnoon", "adm1n"):
        with refused(StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
            await profile.sign_up(lookalike)


async def counters_in(place: Place) -> int:
    return int((await place.run("SELECT COUNT(*) AS n FROM attempts"))[0]["n"])


async def test_number_of_counters_is_bounded(tmp_path: Path) -> None:
    """Guesses at ever new usernames from ever new networks do not fill the disk: the oldest counters go."""
    rule = Rule("test", 5, ONE_SOURCE.first, ONE_SOURCE.longest, ONE_SOURCE.forgotten_after)
    place = place_at(tmp_path / "profile.db")
    async with place.open(STORAGE, now_micros) as database:
        store = AttemptStore(database, keep=100)
        for number in range(513):
            await store.reserve([Counter(number.to_bytes(16), rule)])
        assert await counters_in(place) == 100
        with suppress(TooManyAttempts):
            for _ in range(6):
                await store.reserve([Counter((512).to_bytes(16), rule)])
            pytest.fail("the newest counter was not kept")


async def test_junk_counters_do_not_make_known_sources_strangers(tmp_path: Path) -> None:
    """Whoever makes counters by the thousand has their own go first, not those of where owners sign in."""
    rule = Rule("test", 5, ONE_SOURCE.first, ONE_SOURCE.longest, ONE_SOURCE.forgotten_after)
    spared = Rule("spared", 0, ONE_SOURCE.longest, ONE_SOURCE.longest, ONE_SOURCE.forgotten_after, spares_known=True)
    home = Counter(b"home".ljust(16), rule)
    place = place_at(tmp_path / "profile.db")
    async with place.open(STORAGE, now_micros) as database:
        store = AttemptStore(database, keep=100)
        await store.know(home)
        for number in range(513):
            await store.reserve([Counter(number.to_bytes(16), rule)])
        for _ in range(3):  # which only a known source may, as the second counter lets nobody through twice
            await store.reserve([home, Counter(b"account".ljust(16), spared)])
