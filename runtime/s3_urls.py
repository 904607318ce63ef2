"""Where blobs are in an S3-compatible store, as an operator writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

# Settings that are of use only together.
BLOB_KEYS = ("blobs_access_key_id", "blobs_secret_access_key")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_PREFIX_PART = re.compile(r"(?!\.+/?$)[A-Za-z0-9._-]+")
_REGION = re.compile(r"[A-Za-z0-9-]+")
_STYLES = {"": None, "true": True, "false": False}
_SHAPE = (
    "must be like s3://bucket/prefix, on a server of your own "
    "s3://bucket/prefix?endpoint=https://s3.example.org&region=us-east-1"
)


class BlobStoreUnusable(Exception):
    """The blob store cannot be used as the settings have it; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class S3Url:
    """A prefix of a bucket, both without slashes at the ends.

    Attributes:
        endpoint: `http://` or `https://`, host and port of a server; empty for AWS.
        region: empty for what AWS_REGION says, or us-east-1.
        path_style: whether the bucket stands in the path of requests rather than in the host's name. None: with an
            endpoint it does, on AWS it does not.
    """

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    path_style: bool | None = None

    def __str__(self) -> str:
        server = self.endpoint or "AWS"
        return f"s3://{self.bucket}/{self.prefix} on {server}"

    def below(self, name: str) -> S3Url:
        """Return the same with one more part of the prefix."""
        return replace(self, prefix=f"{self.prefix}/{name}".lstrip("/"))


@dataclass(frozen=True, slots=True)
class S3Credentials:
    """What an operator gives; without any, the usual places are searched as AWS's own programs do."""

    access_key_id: str
    secret_access_key: str

    def __repr__(self) -> str:
        return "S3Credentials(***)"


def credentials_of(access_key_id: bytes, secret_access_key: bytes) -> S3Credentials | None:
    """Return what an operator gave, if anything."""
    if not access_key_id:
        return None
    return S3Credentials(access_key_id.decode(), secret_access_key.decode())


def parse_s3_url(text: str) -> S3Url:
    """Read `s3://BUCKET[/PREFIX][?endpoint=URL][&region=NAME][&path_style=true|false]`. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme != "s3" or parts.fragment:
        raise ValueError(_SHAPE)
    if "@" in parts.netloc:
        raise ValueError("must not hold credentials; there are settings of their own for them")
    if not _BUCKET.fullmatch(parts.netloc):
        raise ValueError("must name a bucket of 3 to 63 letters, digits, dots and hyphens: s3://bucket/prefix")
    prefix = parts.path.strip("/")
    if prefix and not all(_PREFIX_PART.fullmatch(part) for part in prefix.split("/")):
        raise ValueError("must have a prefix of letters, digits, dots, hyphens and single slashes")
    options = _options(parts.query)
    endpoint, region = options.get("endpoint", "").rstrip("/"), options.get("region", "")
    if endpoint and not _is_endpoint(endpoint):
        raise ValueError("must have an endpoint of http:// or https://, host and port: endpoint=https://s3.example.org")
    if region and not _REGION.fullmatch(region):
        raise ValueError("must have a region such as region=us-east-1")
    if (style := options.get("path_style", "")) not in _STYLES:
        raise ValueError("must have path_style=true or path_style=false")
    return S3Url(parts.netloc, prefix, endpoint, region, _STYLES[style])


def _options(query: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(query, strict_parsing=True) if query else []
    except ValueError:
        raise ValueError(_SHAPE) from None
    options = dict(pairs)
    if unknown := sorted(options.keys() - {"endpoint", "region", "path_style"}):
        raise ValueError(f"has no option {unknown[0]!r}; there are endpoint, region and path_style")
    if len(options) < len(pairs):
        raise ValueError("must have each option once")
    return options


def _is_endpoint(text: str) -> bool:
    parts = urlsplit(text)
    try:
        port_is_good = parts.port != 0
    except ValueError:
        return False
    extra = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port_is_good and not extra
