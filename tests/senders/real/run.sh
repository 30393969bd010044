#!/usr/bin/env bash
# Programs that others wrote, against a server that is really started: from npm `ims-caliper` and four
# clients of xAPI, from PyPI the transformers and the router of Open edX, with `tincan` among what they
# need. None is a dependency of ours: the first are installed into folders that go away, the others into
# a virtual environment.
set -euo pipefail
cd "$(dirname "$0")/../../.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
install() {
  local folder=$scratch/$1
  mkdir -p "$folder"
  (cd "$folder" && npm install --prefix . --no-audit --no-fund --loglevel=error "${@:2}") >&2
}
install caliper ims-caliper@1.1.0
# Apart from each other: some need the same packages of other times.
install xapi @xapi/xapi@3.0.3 @xapi/cmi5@1.4.0 tincanjs@0.50.0 adl-xapiwrapper@0.2.3

venv=$PWD/.venv/open-edx
if [[ ! -e $venv/complete ]]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'edx-event-routing-backends==9.3.8' >&2
  touch "$venv/complete" # an install that was cut short is made again
fi

IMS_CALIPER_FOLDER=$scratch/caliper XAPI_CLIENTS_FOLDER=$scratch/xapi \
  OPEN_EDX_PYTHON=$venv/bin/python \
  node_modules/.bin/bun test ./tests/senders/real/*.slow.ts --timeout 60000 "$@"
