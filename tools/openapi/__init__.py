"""Writes the OpenAPI document of the HTTP face, from the protos alone."""
