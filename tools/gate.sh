#!/usr/bin/env bash
# The one gate. It runs every stage even after a failure, so that one run tells everything, and ends with what each stage took.
set -uo pipefail
cd "$(dirname "$0")/.."

tools/need.sh || exit 1

report=() failed=()
stage() {
  local name=$1 began=$SECONDS word=ok
  shift
  printf '\n== %s\n' "$name"
  "$@" || { word=FAILED failed+=("$name"); }
  report+=("$(printf '  %-10s %-6s %4d s' "$name" $word $((SECONDS - began)))")
}

packages() { go list ./... | grep -v '/e2e$\|/e2e/\|/fences$'; }

tests() {
  local list
  list=$(packages) || return 1
  # shellcheck disable=SC2086 # a list of package names
  go test -race -count=1 -timeout 20m $list
}

tools_tests() { go -C tools test -count=1 ./...; }

journeys() {
  if [[ ! -d e2e ]]; then
    echo "there is no e2e" >&2
    return 1
  fi
  go test -count=1 -timeout 20m ./e2e/...
}

stage generated tools/generated.sh verify
stage fences go test -count=1 ./internal/fences
stage lint tools/lint.sh run
stage tools tools_tests
stage tests tests
stage journeys journeys

printf '\n'
printf '%s\n' "${report[@]}"
printf '  %-10s %-6s %4d s\n' total '' $SECONDS
if [[ ${#failed[@]} -gt 0 ]]; then
  printf '\nThe gate is shut: %s\n' "${failed[*]}"
  exit 1
fi
printf '\nThe gate is open.\n'
