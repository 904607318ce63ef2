"""Reading where an S3-compatible store is."""

from __future__ import annotations

import pytest

from runtime.s3_urls import S3Credentials, S3Url, credentials_of, parse_s3_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("s3://club", S3Url("club")),
        ("s3://club/", S3Url("club")),
        ("s3://my.club_1/dossier/live/", S3Url("my.club_1", "dossier/live")),
        ("s3://club?region=eu-central-1", S3Url("club", region="eu-central-1")),
        (
            "s3://club/x?endpoint=http://minio:9000/&region=us-east-1",
            S3Url("club", "x", endpoint="http://minio:9000", region="us-east-1"),
        ),
        ("s3://club?endpoint=https%3A%2F%2Fs3.example.org", S3Url("club", endpoint="https://s3.example.org")),
        ("s3://club?endpoint=http://[::1]:8333", S3Url("club", endpoint="http://[::1]:8333")),
        ("s3://club?path_style=true", S3Url("club", path_style=True)),
        (
            "s3://club?endpoint=https://s3.example.org&path_style=false",
            S3Url("club", endpoint="https://s3.example.org", path_style=False),
        ),
    ],
)
def test_address_is_read(text: str, url: S3Url) -> None:
    """Bucket, prefix and options, with or without a slash at the end."""
    assert parse_s3_url(text) == url


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("club", "must be like s3://bucket/prefix"),
        ("https://s3.example.org/club", "must be like s3://bucket/prefix"),
        ("s3://club#x", "must be like s3://bucket/prefix"),
        ("s3://club?endpoint", "must be like s3://bucket/prefix"),
        ("s3://", "must name a bucket"),
        ("s3:///prefix", "must name a bucket"),
        ("s3://ab", "must name a bucket"),
        ("s3://club:9000/x", "must name a bucket"),
        ("s3://key:secret@club/x", "must not hold credentials"),
        ("s3://club/a//b", "must have a prefix"),
        ("s3://club/../b", "must have a prefix"),
        ("s3://club/a b", "must have a prefix"),
        ("s3://club?endpoint=minio:9000", "must have an endpoint"),
        ("s3://club?endpoint=http://minio:0", "must have an endpoint"),
        ("s3://club?endpoint=http://minio:99999", "must have an endpoint"),
        ("s3://club?endpoint=http://minio/club", "must have an endpoint"),
        ("s3://club?endpoint=http://key:secret@minio", "must have an endpoint"),
        ("s3://club?region=eu/central", "must have a region"),
        ("s3://club?path_style=yes", "must have path_style=true or path_style=false"),
        ("s3://club?zone=1", "has no option 'zone'"),
        ("s3://club?region=a&region=b", "must have each option once"),
    ],
)
def test_address_is_refused_with_what_it_must_be(text: str, words: str) -> None:
    """The sentence goes on from the setting's name, and never repeats a secret."""
    with pytest.raises(ValueError, match=words) as caught:
        parse_s3_url(text)
    assert "secret" not in str(caught.value)


def test_prefix_grows_by_a_part() -> None:
    """Each service has its own below the one that an operator names."""
    assert S3Url("club", "live").below("avatars").prefix == "live/avatars"
    assert S3Url("club").below("avatars").prefix == "avatars"


def test_credentials_are_absent_or_whole_and_never_shown() -> None:
    """Without a key the environment is asked."""
    assert credentials_of(b"", b"") is None
    credentials = credentials_of(b"key", b"secret")
    assert credentials == S3Credentials("key", "secret")
    assert "secret" not in repr(credentials)
