#!/usr/bin/env bash
# Builds the committed files of internal/web/assets from internal/web/src.
#
#   tools/assets/build.sh            builds into internal/web/assets
#   tools/assets/build.sh --verify   builds into a temporary folder and compares
#
# Needs node and npm for Designsystemet's tokens, its sources and the font; nothing but this script needs them. What npm fetched,
# 180 MB, is removed afterwards, so that tools that walk the tree need not; KEEP=1 leaves it for the next build.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
src=internal/web/src
out=internal/web/assets
verify=
if [[ ${1:-} == --verify ]]; then
  verify=1
  out=$(mktemp -d)
fi
clean() {
  [[ -n ${KEEP:-} ]] || rm -rf "$root/$src/node_modules" "$root/$src"/design-tokens*
  [[ -z $verify ]] || rm -rf "$out"
}
trap clean EXIT

esbuild() { go tool -modfile=tools/go.mod esbuild --log-level=warning --legal-comments=none --charset=utf8 "$@"; }

(
  cd "$src"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  npx --no-install designsystemet tokens create --clean >/dev/null
  npx --no-install designsystemet tokens build --clean >/dev/null
  node paper.mjs design-tokens-build/skranke.css
)
target=es2022,safari16
esbuild "$src/ds.css" --bundle --minify --target=$target --outfile="$out/ds.css"
esbuild "$src/app.css" --bundle --minify --target=$target --external:/assets/* --outfile="$out/app.css"
esbuild "$src/ds.js" --bundle --minify --format=iife --target=es2022 --outfile="$out/ds.js"
esbuild "$src/app.js" --bundle --minify --format=iife --target=es2022 --outfile="$out/app.js"

modules=$src/node_modules
# Both are classic scripts that share one global; a bundle would give each its own.
cat "$modules/htmx.org/dist/htmx.min.js" "$modules/htmx.org/dist/ext/hx-sse.min.js" >"$out/htmx.js"
cp "$modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2" "$out/inter.woff2"
(cd "$src" && node icons.mjs icons.tmp && node licenses.mjs licenses.tmp)
mv "$src/icons.tmp" "$out/icons.svg"
mv "$src/licenses.tmp" "$out/LICENSES.txt"
(cd "$out" && sha256sum LICENSES.txt app.css app.js ds.css ds.js htmx.js icons.svg inter.woff2 >SHA256SUMS)

if [[ -n $verify ]]; then
  diff "$out/SHA256SUMS" internal/web/assets/SHA256SUMS || { echo "The committed assets differ from their sources: run tools/assets/build.sh" >&2; exit 1; }
  cmp "$modules/axe-core/axe.min.js" internal/web/webtest/axe.min.js
  (cd "$root/internal/web/assets" && sha256sum --check --quiet SHA256SUMS)
  echo "assets: as built from their sources"
else
  cp "$modules/axe-core/axe.min.js" internal/web/webtest/axe.min.js
fi
