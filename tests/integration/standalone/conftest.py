"""The fixtures that the tests of the operator's commands share."""

from tests.provision.fixtures import postgresql  # noqa: F401
