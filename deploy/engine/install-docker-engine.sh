#!/usr/bin/env bash
# Installs and starts a Docker engine with Compose v2 and buildx on a Debian machine, from its own package mirror.
# Does nothing where both answer already. Needs root. For CI machines and other throw-away machines: Debian 12's
# engine has no Compose v2, so the two plug-ins are taken out of Debian 13's packages.
set -euo pipefail

PLUGINS="${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins"
LOG=/var/log/dockerd.log

say() { echo "docker engine: $*" >&2; }

engine_answers() { docker info >/dev/null 2>&1; }

plugins_answer() { docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1; }

require_debian_and_root() {
    [ "$(id -u)" = 0 ] || { say "needs root to install the engine; run with sudo, or start your own engine"; exit 1; }
    command -v apt-get >/dev/null || { say "installs on Debian only; start your own engine"; exit 1; }
}

debian_mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

install_engine() {
    local missing=()
    command -v dockerd >/dev/null || missing+=(docker.io)
    command -v iptables >/dev/null || missing+=(iptables)
    command -v debootstrap >/dev/null || missing+=(debootstrap)
    [ ${#missing[@]} -eq 0 ] && return
    say "installing ${missing[*]}"
    apt-get update -qq || say "some package lists could not be fetched; going on with the others"
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

install_plugins() {
    local mirror work
    [ -n "$(debian_mirror)" ] || apt-get update -qq
    mirror="$(debian_mirror)"
    work="$(mktemp -d)"
    trap "rm -rf '$work'" EXIT
    say "taking Compose v2 and buildx from Debian 13"
    mkdir -p "$work/lists/partial" "$work/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/trixie.list"
    # A package index of its own: the machine's sources stay as they are.
    local apt=(apt-get -qq -o "Dir::Etc::SourceList=$work/trixie.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work" -o APT::Sandbox::User=root)
    (cd "$work" && "${apt[@]}" update && "${apt[@]}" download docker-compose docker-buildx)
    for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
    install -D -m 755 -t "$PLUGINS" "$work"/root/usr/libexec/docker/cli-plugins/docker-{compose,buildx}
}

start_engine() {
    say "starting dockerd, log in $LOG"
    setsid dockerd >>"$LOG" 2>&1 </dev/null &
    for _ in $(seq 60); do
        engine_answers && return
        sleep 0.5
    done
    say "dockerd did not answer within 30 s; the end of $LOG:"
    tail -n 20 "$LOG" >&2
    exit 1
}

if engine_answers && plugins_answer; then
    say "already answering"
    exit 0
fi
require_debian_and_root
engine_answers || { install_engine; start_engine; }
plugins_answer || install_plugins
docker compose version >&2
