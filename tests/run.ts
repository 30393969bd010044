import { resolve } from 'node:path'
import { type Part, suites } from './suites'

// Runs the suites that are not in `npm test`: `bun tests/run.ts SUITE [PART | FILE]… [OPTION…]`.
const root = resolve(import.meta.dir, '..')
const [suite = '--list', ...rest] = process.argv.slice(2)

/** Everything from the first option on is for the program that runs the tests. */
const optionsAt = rest.findIndex((one) => one.startsWith('-'))
const chosen = optionsAt < 0 ? rest : rest.slice(0, optionsAt)
const options = optionsAt < 0 ? [] : rest.slice(optionsAt)

if (suite === '--list' || suite === '--help' || ['--list', '--help'].includes(options[0] ?? '')) {
  console.log(suite in suites ? listOf(suite, suites[suite]!) : list())
  process.exit()
}

const parts = suites[suite]
if (!parts) fail(`There is no suite ${suite}.\n\n${list()}`)
const unknown = chosen.find((one) => !parts.some((part) => part.name === one || runs(part, one)))
if (unknown) fail(`The suite ${suite} has no part or file ${unknown}.\n\n${listOf(suite, parts)}`)

const failed = parts.filter((part) => isChosen(part) && run(part) !== 0)
if (failed.length > 0) fail(`Failed: ${failed.map(({ name }) => name).join(', ')}`)

function filesOf({ files }: Part): string[] {
  return [...new Bun.Glob(files).scanSync({ cwd: root })].sort()
}

function runs(part: Part, file: string): boolean {
  return filesOf(part).includes(file.replace(/^\.\//, ''))
}

function isChosen(part: Part): boolean {
  return chosen.length === 0 || chosen.some((one) => one === part.name || runs(part, one))
}

function run(part: Part): number {
  const named = chosen.filter((one) => runs(part, one))
  const files = (named.length > 0 ? named : filesOf(part)).map((file) => file.replace(/^\.\//, ''))
  const [program = '', ...before] = part.command
    ? [...part.command, ...named]
    : // With `./`, Bun takes a file of any ending.
      ['bun', 'test', ...(part.options ?? []), ...files.map((file) => `./${file}`)]
  if (parts!.length > 1) console.log(`\n── ${part.name}: ${part.says}`)
  const command = [program === 'bun' ? process.execPath : program, ...before, ...options]
  const { exitCode } = Bun.spawnSync(command, {
    cwd: root,
    // The caller's environment wins, so that NONIUS_SOAK_SECONDS can be set by hand.
    env: { ...part.env, ...process.env },
    stdio: ['inherit', 'inherit', 'inherit'],
  })
  return exitCode
}

function list(): string {
  const all = Object.entries(suites).map(([name, parts]) => listOf(name, parts))
  return [
    'npm test\n  Everything that is quick: *.test.ts beside the source and in tests/',
    ...all,
    'A part or a file of it: npm run test:aws -- graph --only-failures',
  ].join('\n\n')
}

function listOf(name: string, parts: Part[]): string {
  const rows = parts.map(({ name: part, says, needs }) => {
    const label = parts.length > 1 ? `${part.padEnd(11)}` : ''
    return `  ${label}${says}${needs ? ` [needs ${needs}]` : ''}`
  })
  return [`npm run test:${name}`, ...rows].join('\n')
}

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
