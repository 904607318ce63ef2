#!/bin/sh
# Run a command of the build, trusting the authorities of the build secret "ca" when there is one.
set -eu
if [ -s /run/secrets/ca ]; then
    export PIP_CERT=/run/secrets/ca SSL_CERT_FILE=/run/secrets/ca
fi
exec "$@"
