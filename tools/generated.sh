#!/usr/bin/env bash
# tools/generated.sh write: makes the Go files of templates and texts.
# tools/generated.sh verify: makes them and fails if that changed anything. It compares sums, so that it needs no git.
set -euo pipefail
cd "$(dirname "$0")/.."

write() {
  go run ./internal/i18n/i18ngen
  go tool -modfile=tools/go.mod templ generate -log-level=error # from the root, so that file names in errors are whole
}

sums() {
  find internal -name node_modules -prune -o \( -name '*_templ.go' -o -name 'texts_*_gen.go' \) -print0 | sort -z | xargs -0 -r sha256sum
}

case ${1:-} in
write) write ;;
verify)
  before=$(sums)
  write
  if ! changed=$(diff <(echo "$before") <(sums)); then
    echo "These generated files were not what their sources make. They are now: commit them."
    awk '/^[<>]/ { print "  " $3 }' <<<"$changed" | sort -u
    exit 1
  fi
  ;;
*)
  echo "usage: tools/generated.sh write|verify" >&2
  exit 2
  ;;
esac
