#!/bin/sh
# Build the images, start every part of compose.yml, run the end-to-end stories against it, and remove it all again. In a
# project of its own and at any free ports, so that an installation on this computer goes on.
set -eu
cd "$(dirname "$0")/.."
if ! docker compose version >/dev/null 2>&1 || ! docker info >/dev/null 2>&1; then
    echo 'The test of compose.yml needs Docker with Compose, and none answers here.' >&2
    exit 1
fi
# The story signs up more players from its one address than a stranger may.
export COMPOSE_PROJECT_NAME=dossier-test DOSSIER_PORT=0 DOSSIER_HTTP_PORT=0 DOSSIER_SIGN_UPS_PER_HOUR=0

finish() {
    code=$?
    trap - EXIT
    [ "$code" = 0 ] || docker compose --profile tests logs --tail 40 >&2
    docker compose --profile '*' down --volumes --remove-orphans
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

docker compose --profile tests build
docker compose up -d --wait
docker compose run --rm tests
