#!/usr/bin/env node
// The way in with nothing but Node and npm: installs what is missing, then hands over to Bun.
// Plain JavaScript without packages, and no syntax newer than Node 14, so that an old Node gets
// as far as the sentence that says what it lacks.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { heapSettings } from './heap-size.mjs'

const OLDEST_NODE = 20 // what package.json says under `engines`

// Bun's binary weighs 100 MB; what stands in its place until its install script has run, 450 bytes.
const SMALLEST_BINARY = 1_000_000

// Soon enough for whoever stopped us, too seldom to cost anything.
const PARENT_CHECK_MS = 500

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
  // Takes *.test.ts; what runs the slower files is tests/run.ts.
  run(bun, ['test', ...args.slice(1)], root)
}

/** Whether node_modules misses something of the lockfile, or has it in another version. */
function isStale(withTools) {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  // Installed as a dependency, from a tarball or a registry: npm has seen to everything.
  if (!wanted) return false
  const held = heldPackages()
  const places = withTools ? Object.keys(wanted).filter(Boolean) : placesOfServer(wanted)
  return places.some((place) => {
    const wants = wanted[place]
    const has = held[place]
    if (!has) return !wants.optional // of the binaries for each platform, npm takes one
    if (has.version !== wants.version) return true
    return Boolean(wants.integrity && has.integrity && has.integrity !== wants.integrity)
  })
}

/** The places in the lockfile that the server needs: not the tools, and not what only `packages/*` need. */
function placesOfServer(wanted) {
  const places = new Set()
  const pending = ['']
  for (const place of pending) {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
      wanted[place]
    // npm brings peers as well, but for optional ones, which alone are named in the Meta.
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

/** Node's own search: in the package's node_modules, then in those of the folders above it. */
function placeFrom(place, name, wanted) {
  const found = `${place ? `${place}/` : ''}node_modules/${name}`
  if (found in wanted || !place) return found in wanted ? found : undefined
  return placeFrom(place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/'))), name, wanted)
}

/** What npm wrote down at the end of its last complete install; nothing after a broken one. */
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
  // `npm start` must not take away the tools of someone who works on the product.
  const withTools = testing || Object.values(heldPackages()).some((held) => held.dev)
  const arguments_ = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  // The server needs no workspace; with this npm installs none, nor what only one of them needs.
  if (!withTools) arguments_.push('--omit=dev', '--workspaces=false')
  process.stderr.write(
    `Installing what is missing (npm ci${withTools ? '' : ' --omit=dev'}): about 200 MB, once.\n`,
  )
  // npm's words go to stderr: stdout belongs to the command, which may be read by a program.
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
  const binary = join(home, 'bin', 'bun.exe') // so called on every platform
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

/** What a container may have, and the machine's memory where nobody set a limit. */
function memoryLimit() {
  const limit = process.constrainedMemory ? process.constrainedMemory() : 0
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Signals go to Bun, its exit code comes back. */
function run(bun, args, cwd) {
  const env = { ...heapSettings(memoryLimit()), ...process.env }
  const child = spawn(bun, args, { cwd, env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  // npm hands SIGTERM to a shell that dies of it without a word to us: we see that it is gone.
  const parent = process.ppid
  const orphaned = () => process.ppid !== parent && child.kill('SIGTERM')
  if (process.env.npm_lifecycle_event) setInterval(orphaned, PARENT_CHECK_MS).unref()
  child.on('error', (error) => fail(`Bun could not be started: ${error.message}.`))
  child.on('exit', (code, signal) => {
    // A shell's convention for a process that a signal ended.
    process.exit(code === null ? 128 + constants.signals[signal] : code)
  })
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
