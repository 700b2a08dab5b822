#!/usr/bin/env bash
# Writes the documents that are made from the program and verified by the tests in files called docs_test.go.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(find internal e2e -name docs_test.go 2>/dev/null | sort)
for f in "${files[@]}"; do
  tests=$(sed -nE 's/^func (Test\w+)\(.*/\1/p' "$f" | paste -sd'|')
  go test -count=1 -run "^($tests)\$" "./$(dirname "$f")" -update
done
