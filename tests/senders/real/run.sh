#!/usr/bin/env bash
# Programs that others wrote, against a server that is really started: `ims-caliper` from npm, and
# from PyPI the transformers and the router of Open edX. Neither is a dependency of ours: the first is
# installed into a folder that goes away, the second into a virtual environment.
set -euo pipefail
cd "$(dirname "$0")/../../.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
(cd "$scratch" && npm install --prefix . --no-audit --no-fund --loglevel=error ims-caliper@1.1.0) >&2

venv=$PWD/.venv/open-edx
if [[ ! -e $venv/complete ]]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'edx-event-routing-backends==9.3.8' >&2
  touch "$venv/complete" # an install that was cut short is made again
fi

IMS_CALIPER_FOLDER=$scratch OPEN_EDX_PYTHON=$venv/bin/python \
  node_modules/.bin/bun test ./tests/senders/real/*.slow.ts --timeout 60000 "$@"
