#!/bin/sh
# Installs a server of one machine: what it needs of the source, and the packages that the lockfile
# names, without the tools. The Dockerfile calls it, and a test where no builder is to be had.
#   sh examples/docker/install.sh SOURCE TARGET
set -eu

source=$(cd "$1" && pwd)
mkdir -p "$2"
target=$(cd "$2" && pwd)

mkdir -p "$target/openapi" "$target/packages/client"
cp "$source/package.json" "$source/package-lock.json" "$source/LICENSE" "$target/"
cp "$source/openapi/openapi.json" "$target/openapi/"
# The lockfile names this workspace; nothing of it is installed.
cp "$source/packages/client/package.json" "$target/packages/client/"
cp -R "$source/src" "$target/"
cp "$source/examples/docker/health.mjs" "$target/"

cd "$target"
npm ci --omit=dev --workspaces=false --prefer-offline --no-audit --no-fund --loglevel=error
# The launcher finishes the install of Bun where npm blocks scripts, which no server may do itself:
# the folder is not its own.
node src/launch.mjs --version
