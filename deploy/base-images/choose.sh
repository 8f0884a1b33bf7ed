#!/usr/bin/env bash
# Prints the variables of the base images to use: none where the official ones are here or can be pulled, else those
# of the stand-ins, built if need be. A variable that is set already wins.
set -euo pipefail
cd "$(dirname "$0")"

official_can_be_had() {
    docker image inspect python:3.13-slim >/dev/null 2>&1 || timeout 20 docker pull --quiet python:3.13-slim >/dev/null 2>&1
}

if [ -n "${PYTHON_IMAGE:-}" ] || official_can_be_had; then
    exit 0
fi
echo "base images: no registry answers, so stand-ins are used" >&2
./build.sh
