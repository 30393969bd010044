#!/usr/bin/env bash
# This installs SST's components and Pulumi's AWS provider for `sst.config.ts` into .sst/platform.
# It needs no account, and of the network only the registry of npm: the two variables stop SST from
# fetching Pulumi's engine and a Bun of its own, which only a deployment needs. (They are
# undocumented: cmd/sst/main.go.)
set -euo pipefail
cd "$(dirname "$0")/.."
export SST_SKIP_DEPENDENCY_CHECK=1 SST_TELEMETRY_DISABLED=1
export SST_BUN_PATH="$PWD/node_modules/.bin/bun"
exec node_modules/.bin/sst install --stage "${1:-ci}"
