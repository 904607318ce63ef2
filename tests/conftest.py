"""What every test can use."""

from __future__ import annotations

from tests.provision.fixtures import own_rabbitmq, pytest_collection_finish, rabbitmq

__all__ = ["own_rabbitmq", "pytest_collection_finish", "rabbitmq"]
