#!/usr/bin/env bash
# Builds stand-ins for the official base images where no image registry can be reached, and prints the variables
# that make Compose use them: `deploy/base-images/build.sh >base-images.env; docker compose --env-file …`.
# What is there already is kept. Needs root (debootstrap) the first time, and a Debian package mirror.
# CA_BUNDLE names the certificates to trust while building; as a rule those that this machine trusts.
set -euo pipefail
cd "$(dirname "$0")"

BASE=gatehouse-base/debian:trixie
declare -A IMAGES=([python]=gatehouse-base/python:3.13 [mongo]=gatehouse-base/mongo:6.0 [nginx]=gatehouse-base/nginx:1.26)
HOST_CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
CA_BUNDLE="${CA_BUNDLE:-$([ -r "$HOST_CERTIFICATES" ] && echo "$HOST_CERTIFICATES" || echo /dev/null)}"
RECIPE="$(cat build.sh Dockerfile | sha256sum | cut -c1-16)"

say() { echo "base images: $*" >&2; }

debian_mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

import_debian() {
    local work mirror
    command -v debootstrap >/dev/null || { say "needs debootstrap: apt-get install debootstrap"; exit 1; }
    [ "$(id -u)" = 0 ] || { say "needs root for debootstrap; run with sudo"; exit 1; }
    mirror="${DEBIAN_MIRROR:-$(debian_mirror)}"
    [ -n "$mirror" ] || { say "no Debian mirror in this machine's apt sources; set DEBIAN_MIRROR"; exit 1; }
    work="$(mktemp -d)"
    trap "rm -rf '$work'" EXIT
    say "making a Debian base (about 30 s)"
    debootstrap --variant=minbase --include=ca-certificates trixie "$work/root" "$mirror" >"$work/log" 2>&1 ||
        { tail -n 5 "$work/log" >&2; say "debootstrap failed"; exit 1; }
    rm -rf "$work"/root/var/cache/apt/* "$work"/root/var/lib/apt/lists/* "$work"/root/usr/share/{doc,man,locale}
    tar -C "$work/root" -c . | docker import - "$BASE" >/dev/null
}

built_from_this_recipe() {
    [ "$(docker image inspect --format '{{index .Config.Labels "recipe"}}' "$1" 2>/dev/null)" = "$RECIPE" ]
}

build_target() {
    local output
    output="$(DOCKER_BUILDKIT=1 docker build --progress plain --target "$1" --tag "${IMAGES[$1]}" \
        --label "recipe=$RECIPE" --secret "id=ca,src=$CA_BUNDLE" . 2>&1)" ||
        { tail -n 20 <<<"$output" >&2; say "$1 failed"; return 1; }
}

build_missing() {
    local targets=() jobs=()
    for target in "${!IMAGES[@]}"; do
        built_from_this_recipe "${IMAGES[$target]}" || targets+=("$target")
    done
    [ ${#targets[@]} -eq 0 ] && return
    docker image inspect "$BASE" >/dev/null 2>&1 || import_debian
    say "building ${targets[*]}"
    for target in "${targets[@]}"; do
        build_target "$target" &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do wait "$job"; done
}

build_missing
echo "PYTHON_IMAGE=${IMAGES[python]}"
echo "MONGO_IMAGE=${IMAGES[mongo]}"
echo "GATEWAY_IMAGE=${IMAGES[nginx]}"
