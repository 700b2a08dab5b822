#!/usr/bin/env bash
# Installs what the gate needs when root and apt are at hand; otherwise says what to install, and fails.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v go >/dev/null; then
  echo "Go is missing: install the version that go.mod names, or newer, from https://go.dev/dl" >&2
  exit 1
fi

missing() {
  command -v gcc >/dev/null || echo gcc libc6-dev # for the race detector
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
    command -v google-chrome-stable >/dev/null || command -v google-chrome >/dev/null || echo chromium
  [[ -n ${TEST_POSTGRES:-} ]] || command -v initdb >/dev/null ||
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null || echo postgresql
}

mapfile -t packages < <(missing | tr ' ' '\n')
[[ ${#packages[@]} -gt 0 ]] || exit 0
line="apt-get install -y --no-install-recommends ${packages[*]}"
if [[ $(id -u) -ne 0 ]]; then
  printf 'The tests need %s. Install with:\n\n  sudo apt-get update && sudo %s\n\nthen run make test again.\n' "${packages[*]}" "$line" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  printf 'The tests need what Debian calls %s. Install it with the means of this system, then run make test again.\n' "${packages[*]}" >&2
  exit 1
fi
echo "installing ${packages[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive $line
mapfile -t packages < <(missing | tr ' ' '\n')
if [[ ${#packages[@]} -gt 0 ]]; then
  echo "still missing after installing: ${packages[*]}" >&2
  exit 1
fi
