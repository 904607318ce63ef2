-- Which call asked for a report, for logs, and where it belongs in a trace, as W3C's traceparent; empty when it is not known.
ALTER TABLE reports ADD COLUMN call_id TEXT NOT NULL DEFAULT '';

ALTER TABLE reports ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
