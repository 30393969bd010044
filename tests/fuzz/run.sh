#!/usr/bin/env bash
# Starts a server as a user would and lets schemathesis (PyPI) try everything that its OpenAPI
# document allows and forbids, with the key of a source and then with an admin's: no 5xx, every reply
# as documented. Counts operations in Bun's words.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/tests/fuzz

if [[ -z ${NONIUS_FUZZ_NETWORK:-} ]]; then
  venv=$PWD/.venv/schemathesis
  if [[ ! -x $venv/bin/st ]]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'schemathesis==4.32.5'
  fi
  export NONIUS_FUZZ_VENV=$venv
  # In a network of its own, so that a made-up webhook target is never called for real.
  if unshare --net --map-root-user ip link set lo up; then
    NONIUS_FUZZ_NETWORK=own exec unshare --net --map-root-user bash "$here/run.sh" "$@"
  fi
  echo 'No network namespace can be had here: the routes of webhooks are left out.'
  NONIUS_FUZZ_NETWORK=shared exec bash "$here/run.sh" --exclude-path-regex '^/webhooks' "$@"
fi
if [[ $NONIUS_FUZZ_NETWORK == own ]]; then ip link set lo up; fi

scratch=$(mktemp -d)
# It calls what webhooks are made and changed with more often than six thousand times a minute.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
demo_key=demo-key-of-the-fuzz-run
admin_key=admin-key-of-the-fuzz-run
NONIUS_PORT=$port NONIUS_HOST=127.0.0.1 NONIUS_DATA_DIR="$scratch/data" \
  NONIUS_DEMO_KEY=$demo_key NONIUS_ADMIN_KEY=$admin_key NONIUS_RATE_LIMIT_ADMIN=100000/minute \
  NONIUS_ARCHIVE_FLUSH_SECONDS=5 NONIUS_LOG_LEVEL=warn \
  node src/launch.mjs serve >"$scratch/stdout" 2>"$scratch/stderr" &
server=$!

clean_up() {
  kill "$server" 2>/dev/null && wait "$server" || true
  echo '── the log of the server, from warnings on'
  tail -50 "$scratch/stderr"
  rm -rf "$scratch"
}
trap clean_up EXIT

for _ in $(seq 150); do # 30 s
  curl -fsS "http://127.0.0.1:$port/ready" >/dev/null 2>&1 && break
  kill -0 "$server" || exit 1
  sleep 0.2
done

# The seed makes a failure come back. Fifty cases an operation take
# half a minute, and as much again for the admin.
# fuzz NAME KEY CASES ARGUMENT…
fuzz() {
  local name=$1 key=$2 cases=$3
  shift 3
  echo "── with the key of $name"
  SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 \
    "$NONIUS_FUZZ_VENV/bin/st" --config-file "$here/schemathesis.toml" \
    run "http://127.0.0.1:$port/openapi.json" --header "Authorization: Bearer $key" \
    --phases examples,coverage,fuzzing,stateful --max-examples "$cases" --seed 1 --request-timeout 10 \
    --report junit --report-junit-path "$scratch/$name.xml" "$@" || code=$?
}

code=0
cd "$scratch" # where it leaves its own files
# Event streams have no end, and a roster is a ZIP, which nobody makes up (tests/http/rosters.test.ts does).
# GET at the address of a rebuild asks for the states of a learner of that name, which no schema can say.
others=(streamEvents streamMetrics streamReducerStates putRosters rebuildReducer endReducerRebuild)
without=()
for one in "${others[@]}"; do without+=(--exclude-operation-id "$one"); done
# Each question of the lake starts an engine, half a second: they are asked apart, and less often.
of_lake=(getPaths getEngagement getAssessments countEvents askSql runQuery)
for one in "${of_lake[@]}"; do without+=(--exclude-operation-id "$one"); done
fuzz demo "$demo_key" 50 "${without[@]}" --exclude-tag Sources --exclude-tag Keys --exclude-tag Tenants "$@" # which are an admin's alone
# It finds the id of its own key in the list, and would end it.
fuzz admin "$admin_key" 25 --include-path-regex '^/(sources|quarantine|keys|tenants)' \
  --exclude-operation-id revokeKey --exclude-operation-id rotateKey "$@"

fuzz questions "$demo_key" 10 "${of_lake[@]/#/--include-operation-id=}" --phases examples,fuzzing "$@"

python3 - "$scratch/demo.xml" "$scratch/admin.xml" "$scratch/questions.xml" <<'PYTHON'
import sys
import xml.etree.ElementTree as tree

cases = [case for file in sys.argv[1:] for case in tree.parse(file).getroot().iter("testcase")]
bad = [any(part.tag in ("failure", "error") for part in case) for case in cases]
print(f" {bad.count(False)} pass\n {bad.count(True)} fail")
PYTHON
exit "$code"
