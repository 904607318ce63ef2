"""Keeps refresh tokens in a cookie for clients that ask for it, so that no script of a page can read them.

A client asks by a header that no other site's page can send: a browser would first ask us whether it may, and we never
say yes. The cookie stands in for a `refresh_token` alone. Every other call is let in by its access token and by nothing
else.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from gateway.http.errors import Headers, Refused
from gateway.http.exchange import Exchange
from runtime.errors import NotAllowed

COOKIE: Final = "__Host-dossier-refresh"
_HEADER: Final = b"x-dossier-session"
_FIELD: Final = "refresh_token"
_EXPIRE_FIELD: Final = "refresh_expire_time"
_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Strict"
ENDING: Final = frozenset(
    {
        "/dossier.auth.v1.AuthService/SignOut",
        "/dossier.auth.v1.AuthService/SignOutEverywhere",
        "/dossier.profile.v1.AccountService/DeleteAccount",
    }
)


class OriginForeign(NotAllowed):
    """Who asks for the cookie is no page of ours."""

    reason = "ORIGIN_FOREIGN"


def fill(request: Message, exchange: Exchange) -> None:
    """Put the cookie's token where the request has a place for one that is empty.

    Raises:
        Refused: the request asks for the cookie and comes from elsewhere.
    """
    if not _is_asked_for(exchange):
        return
    field: Any = request.DESCRIPTOR.fields_by_name.get(_FIELD)
    if field is not None and not getattr(request, _FIELD):
        setattr(request, _FIELD, _token_of(exchange))


def taken_from(answer: Message, exchange: Exchange, *, path: str) -> Headers:
    """Take the refresh tokens out of a method's answer and return the header that keeps or clears the cookie."""
    if not _is_asked_for(exchange):
        return []
    if path in ENDING:
        return [_cookie("", 0)]
    found: Headers = []
    for holder in _holders(answer):
        token = getattr(holder, _FIELD)
        found = [_cookie(token, _seconds_left(holder))]
        holder.ClearField(_FIELD)
    return found


def _is_asked_for(exchange: Exchange) -> bool:
    if exchange.header(_HEADER) != b"cookie":
        return False
    origin, site = exchange.header(b"origin"), exchange.header(b"sec-fetch-site")
    if (origin and origin.partition(b"://")[2] != exchange.header(b"host")) or site not in (b"", b"same-origin"):
        raise Refused(HTTPStatus.FORBIDDEN, OriginForeign("Only this server's own pages can use its cookie."))
    return True


def _token_of(exchange: Exchange) -> str:
    for part in exchange.header(b"cookie").decode("latin-1").replace(",", ";").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _holders(message: Message) -> Iterator[Message]:
    """Yield the message, and those in it, that have a refresh token."""
    for field, value in message.ListFields():
        if field.name == _FIELD and field.type == FieldDescriptor.TYPE_STRING:
            yield message
        elif field.message_type is not None and not field.is_repeated:
            yield from _holders(value)


def _seconds_left(holder: Any) -> int:
    if _EXPIRE_FIELD not in holder.DESCRIPTOR.fields_by_name:
        return 0
    return max(0, int(getattr(holder, _EXPIRE_FIELD).seconds - time.time()))


def _cookie(token: str, max_age: int) -> tuple[bytes, bytes]:
    return b"set-cookie", f"{COOKIE}={token}; Max-Age={max_age}; {_ATTRIBUTES}".encode("ascii")
