#!/bin/sh
# Refuse changes of the protos that break clients: against BASE when it is given, else against the newest release tag,
# else against main, and on main itself against the oldest commit that has the contract.
set -eu
base=${BASE:-$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)}
if [ -z "$base" ]; then
    base=$(git rev-parse --verify --quiet main || git rev-parse --verify --quiet origin/main || true)
fi
if [ -z "$base" ] || [ "$(git rev-parse "$base^{commit}")" = "$(git rev-parse HEAD)" ]; then
    base=$(git log --format=%H --diff-filter=A -- buf.yaml | tail -n 1)
fi
[ -n "$base" ] || exit 0
exec buf breaking --against ".git#ref=$(git rev-parse "$base^{commit}")"
