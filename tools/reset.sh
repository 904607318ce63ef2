#!/bin/sh
# Ask, then delete the data directory and the containers of this project, and nothing else.
set -eu
data=${DATA:-data}
if [ -e "$data" ] && { [ ! -f "$data/lock" ] || [ ! -f "$data/secrets/internal.key" ]; }; then
    echo "$data is not a data directory of Dossier; nothing was deleted." >&2
    exit 1
fi
if [ -e "$data" ]; then
    printf 'Delete everything in %s and the containers of this project? [y/N] ' "$(cd "$data" && pwd -P)"
else
    printf 'There is no %s. Delete the containers of this project? [y/N] ' "$data"
fi
read -r answer || answer=n
case $answer in
    y | Y | yes) ;;
    *) echo 'Nothing was deleted.'; exit 1 ;;
esac
if [ -e "$data" ]; then
    if command -v flock >/dev/null && ! flock --nonblock "$data/lock" true; then
        echo "Dossier is running on $data; stop it first." >&2
        exit 1
    fi
    rm -rf -- "$data"
fi
if docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1; then
    docker compose --profile '*' down --volumes --remove-orphans
fi
echo 'Done.'
