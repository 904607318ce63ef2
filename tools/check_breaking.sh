#!/bin/sh
# Refuse changes of the protos that break clients: against main, or on main itself against the commit before.
set -eu
base=main
git rev-parse --verify --quiet "$base" >/dev/null || base=origin/main
if [ "$(git rev-parse HEAD)" = "$(git rev-parse "$base" 2>/dev/null || echo none)" ]; then
    base=$(git rev-parse --verify --quiet HEAD~1) || exit 0
fi
git cat-file -e "$base:buf.yaml" 2>/dev/null || exit 0
exec buf breaking --against ".git#ref=$(git rev-parse "$base")"
