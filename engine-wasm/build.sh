#!/bin/sh
# Builds the Rego compiler of thothctl: OPA's parser, checker, planner and WebAssembly back end for wasip1.
# Needs Go as named in go.mod and Node. Same inputs give the same bytes; `--check` proves it without writing.
set -eu
cd "$(dirname "$0")"
target=../src/engine/rego/opa-compiler.wasm.br
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
GOOS=wasip1 GOARCH=wasm CGO_ENABLED=0 GOFLAGS=-mod=readonly \
  go build -buildmode=c-shared -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o "$work/opa.wasm" .
sum=$(node -e "console.log(require('crypto').createHash('sha256').update(require('fs').readFileSync('$work/opa.wasm')).digest('hex'))")
if [ "${1:-}" = --check ]; then
  recorded=$(cut -d' ' -f1 opa-compiler.sha256)
  [ "$sum" = "$recorded" ] && echo "reproduced $sum" && exit 0
  echo "built $sum, recorded $recorded" >&2
  exit 1
fi
node pack.mjs "$work/opa.wasm" "$target"
echo "$sum  opa-compiler.wasm" > opa-compiler.sha256
