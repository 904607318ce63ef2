"""Opens an S3-compatible store, and says what is wrong with it."""

from __future__ import annotations

import asyncio
import re
import secrets
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import obstore
import structlog
from obstore.store import S3Store

from runtime.s3_urls import BlobStoreUnusable, S3Credentials, S3Url

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Credential

# One request, and with all its retries. A server that restarts is back within the latter or its callers are told.
_REQUEST = timedelta(seconds=10)
_RETRIES: RetryConfig = {
    "max_retries": 10,
    "retry_timeout": timedelta(seconds=5),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1), "base": 2},
}
_PROBE_SECONDS = 20.0
# Where AWS hands credentials to a process; asked when there are none.
_METADATA_SERVER = re.compile(r"http://169\.254\.")
_REFUSAL = re.compile(r"status code: [34]\d\d|incorrectly configured region")
_REASON = re.compile(r"<Message>([^<]+?)\.?</Message>")
_log = structlog.get_logger("blobs")


def open_store(url: S3Url, credentials: S3Credentials | None) -> S3Store:
    """Return the store; nothing is asked of it yet. Every request that it will make has a timeout."""
    path_style = bool(url.endpoint) if url.path_style is None else url.path_style
    config: S3Config = {"virtual_hosted_style_request": not path_style}
    if url.endpoint:
        scheme, _, host = url.endpoint.partition("://")
        config["endpoint"] = url.endpoint if path_style else f"{scheme}://{url.bucket}.{host}"
    if url.region:
        config["region"] = url.region
    client: ClientConfig = {
        "allow_http": url.endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=2),
        "timeout": _REQUEST,
    }
    # Not in the config, where they would meet a session token of the environment.
    given = None if credentials is None else partial(_lasting, credentials)
    return S3Store(
        url.bucket,
        prefix=url.prefix or None,
        config=config,
        client_options=client,
        retry_config=_RETRIES,
        credential_provider=given,
    )


def _lasting(credentials: S3Credentials) -> S3Credential:
    return {
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key,
        "expires_at": None,
    }


async def require_usable(store: S3Store, url: S3Url) -> None:
    """Write a small object twice, which must be refused the second time, and delete it.

    A server that does not answer is only logged: it may come back, and most of what the service does needs no files.

    Raises:
        BlobStoreUnusable: the bucket is missing, the credentials are refused, or keys can be written over.
    """
    key, refused = f".probe/{secrets.token_hex(8)}", False
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            for _ in range(2):
                try:
                    await obstore.put_async(store, key, b"probe", mode="create")
                except obstore.exceptions.AlreadyExistsError:
                    refused = True
            if not refused:
                raise BlobStoreUnusable(
                    f"{url} lets objects be written over, against If-None-Match; use a server that honours it"
                )
            await obstore.delete_async(store, key)
    except (OSError, obstore.exceptions.BaseError) as error:
        if sentence := _fault(error, url):
            raise BlobStoreUnusable(sentence) from error
        _log.warning("blob_store_unreachable", store=str(url), cause=(str(error) or repr(error)).partition("\n")[0])


def _fault(error: Exception, url: S3Url) -> str:
    """Return in one sentence what an operator must mend; empty for what may pass by itself."""
    text = str(error)
    if _METADATA_SERVER.search(text):
        return f"there are no credentials for {url}; set an access key, or run where AWS gives a role"
    if "InvalidCertificate" in text:
        return f"{url} shows a certificate that is not trusted here; name its authority by SSL_CERT_FILE"
    if isinstance(error, FileNotFoundError):
        return f"there is no bucket for {url}; make it, or correct its name"
    found = _REASON.search(text)
    reason = found[1] if found else text.partition("\n")[0]
    if isinstance(error, (obstore.exceptions.PermissionDeniedError, obstore.exceptions.UnauthenticatedError)):
        return f"{url} refuses the credentials: {reason}"
    return f"{url} refuses a test object: {reason}" if _REFUSAL.search(text) else ""
