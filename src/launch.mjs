#!/usr/bin/env node
// This program starts with nothing but Node and npm: it installs missing packages, then hands over
// to Bun. It is plain JavaScript without packages and without syntax newer than Node 14, so that an
// old Node gets as far as the sentence that says which version is needed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { heapSettings } from './heap-size.mjs'

const OLDEST_NODE = 20 // package.json says the same under `engines`

// Bun's binary weighs 100 MB; the placeholder that stands there until its install script has run,
// 450 bytes.
const SMALLEST_BINARY = 1_000_000

// A check every half second is soon enough for the person who stopped us, and too seldom to cost
// anything.
const PARENT_CHECK_MS = 500

// A test of a second takes ten on a machine that others use, a few of them take six; Bun's own limit is
// 5 s.
const TEST_MS = '60000'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32'

main(process.argv.slice(2))

function main(args) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    fail(`Nonius needs Node ${OLDEST_NODE} or newer; this is Node ${process.versions.node}.`)
  }
  const testing = args[0] === '--test'
  if (isStale(testing)) install(testing)
  const bun = findBun()
  if (!testing) return run(bun, [join(root, 'src', 'cli.ts'), ...args], process.cwd())
  // Bun takes *.test.ts; tests/run.ts runs the slower files.
  run(bun, ['test', '--timeout', TEST_MS, ...args.slice(1)], root)
}

/** Tells whether node_modules misses a package of the lockfile, or has it in another version. */
function isStale(withTools) {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  // Without a lockfile we are installed as a dependency, from a tarball or a registry: npm has seen
  // to everything.
  if (!wanted) return false
  const held = heldPackages()
  const places = withTools ? Object.keys(wanted).filter(Boolean) : placesOfServer(wanted)
  return places.some((place) => {
    const wants = wanted[place]
    const has = held[place]
    if (!has) return !wants.optional // npm installs one of the binaries for each platform
    if (has.version !== wants.version) return true
    return Boolean(wants.integrity && has.integrity && has.integrity !== wants.integrity)
  })
}

/**
 * Finds the places in the lockfile that the server needs: neither the tools nor the packages that
 * only `packages/*` need.
 */
function placesOfServer(wanted) {
  const places = new Set()
  const pending = ['']
  for (const place of pending) {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
      wanted[place]
    // npm installs peers as well, except for optional ones, which alone are named in the Meta.
    const needed = { ...(place && peerDependencies) }
    for (const name of Object.keys(peerDependenciesMeta || {})) delete needed[name]
    for (const name of Object.keys({ ...needed, ...optionalDependencies, ...dependencies })) {
      const found = placeFrom(place, name, wanted)
      if (!found || places.has(found)) continue
      places.add(found)
      pending.push(found)
    }
  }
  return [...places]
}

/** Searches as Node does: in the package's node_modules, then in those of the folders above it. */
function placeFrom(place, name, wanted) {
  const found = `${place ? `${place}/` : ''}node_modules/${name}`
  if (found in wanted || !place) return found in wanted ? found : undefined
  return placeFrom(place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/'))), name, wanted)
}

/**
 * Reads what npm wrote down at the end of its last complete install; there is nothing after a
 * broken one.
 */
function heldPackages() {
  return packagesOf(join(root, 'node_modules', '.package-lock.json')) || {}
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

function install(testing) {
  // `npm start` must not remove the tools of someone who works on the product.
  const withTools = testing || Object.values(heldPackages()).some((held) => held.dev)
  const arguments_ = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  // The server needs no workspace; with this option npm installs none, nor their packages.
  if (!withTools) arguments_.push('--omit=dev', '--workspaces=false')
  process.stderr.write(
    `Installing what is missing (npm ci${withTools ? '' : ' --omit=dev'}): about 200 MB, once.\n`,
  )
  // npm's output goes to stderr: stdout belongs to the command, which may be read by a program.
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  const npm = process.env.npm_execpath
  const done =
    npm && /npm-cli\.c?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...arguments_], options)
      : spawnSync('npm', arguments_, { ...options, shell: windows })
  if (done.error) fail(`npm could not be started (${done.error.message}); is it on the PATH?`)
  if (done.status !== 0) fail('The packages could not be installed; npm says why above.')
}

/** npm may block install scripts (11 does unless told otherwise); then we run Bun's own ourselves. */
function findBun() {
  const require = createRequire(import.meta.url)
  let home
  try {
    home = dirname(require.resolve('bun/package.json'))
  } catch {
    fail('Bun is not installed here; `npm install` in the folder of Nonius brings it.')
  }
  const binary = join(home, 'bin', 'bun.exe') // the name is the same on every platform
  if (!isBinary(binary)) spawnSync(process.execPath, ['install.js'], { cwd: home, stdio: 'ignore' })
  if (isBinary(binary)) return binary
  // The folder may be read-only: the package for this platform has the same binary.
  const platform = `@oven/bun-${windows ? 'windows' : process.platform}-${process.arch.replace('arm64', 'aarch64')}`
  for (const name of [platform, `${platform}-musl`]) {
    const file = join(home, '..', name, 'bin', windows ? 'bun.exe' : 'bun')
    if (isBinary(file)) return file
  }
  fail(`Bun has no binary for this machine (${process.platform} ${process.arch}).`)
}

function isBinary(file) {
  return existsSync(file) && statSync(file).size > SMALLEST_BINARY
}

/** Returns the memory that a container may have, or the machine's memory where no limit is set. */
function memoryLimit() {
  const limit = process.constrainedMemory ? process.constrainedMemory() : 0
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Runs Bun: it gets our signals, and we end with its exit code. */
function run(bun, args, cwd) {
  const env = { ...heapSettings(memoryLimit()), ...process.env }
  const child = spawn(bun, args, { cwd, env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  // npm hands SIGTERM to a shell that dies of it without telling us, so we check whether it is
  // gone.
  const parent = process.ppid
  const orphaned = () => process.ppid !== parent && child.kill('SIGTERM')
  if (process.env.npm_lifecycle_event) setInterval(orphaned, PARENT_CHECK_MS).unref()
  child.on('error', (error) => fail(`Bun could not be started: ${error.message}.`))
  child.on('exit', (code, signal) => {
    // The exit code follows the shells' convention for a process that a signal ended.
    process.exit(code === null ? 128 + constants.signals[signal] : code)
  })
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
