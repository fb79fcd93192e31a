#!/usr/bin/env bash
# Runs whole encoders on the accelerator's RTL and compares every value with the golden encoder (`make nightly`).
# Takes about 16 minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cargo build --locked --quiet -p ibert
ibert=target/debug/ibert

run() { # preset configuration tokens
    local model="$folder/$1.safetensors"
    [ -f "$model" ] || "$ibert" model random --preset "$1" --quiet -o "$model" >/dev/null
    printf '\n==> %s, all layers, %s tokens, configuration %s\n' "$1" "$3" "$2"
    "$ibert" sim "$model" --config "$2" --tokens "$3"
}

run roberta-base base 128
run roberta-base large 128
run minilm base 128
run roberta-large large 128
printf '\n==> All of it: %d s\n' "$SECONDS"
