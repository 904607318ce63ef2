"""schemathesis against a running installation, by the OpenAPI document that it serves."""
