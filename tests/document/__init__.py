"""Readers that had no part in making a report: what they find in its PDF, and `make document-check` on top of them."""
