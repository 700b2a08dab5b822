#!/usr/bin/env bash
# Runs golangci-lint in the version of tools/go.mod: tools/lint.sh run | fmt. It is built once and kept, as building it takes
# minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

module=github.com/golangci/golangci-lint/v2
version=$(go list -modfile=tools/go.mod -m -f '{{.Version}}' $module)
lint=$PWD/.cache/golangci-lint-$version-$(go env GOVERSION)
if [[ ! -x $lint ]]; then
  echo "building golangci-lint $version, which takes some minutes the first time"
  mkdir -p .cache
  go build -modfile=tools/go.mod -o "$lint.new" $module/cmd/golangci-lint
  mv "$lint.new" "$lint"
fi
"$lint" "$@" ./...
cd tools # a module of its own
"$lint" "$@" --config ../.golangci.yml ./...
