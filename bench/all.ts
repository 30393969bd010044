/**
 * This runs every bench that has goals, one after the other, and prints one table: what is wanted,
 * what was measured, and whether that meets it.
 *
 *     npm run bench:all                     half an hour, on a machine that does nothing else
 *     npm run bench:all -- --quick          some minutes; its figures are hints
 *     npm run bench:all -- --only query,lake
 *     npm run bench:all -- --json > all.json
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Bench, benches } from './benches'
import { figureOf, GOALS_FILE, type Goal, goalsIn, type Mark, markOf, wantedOf } from './goals'
import { treeOf } from './processes'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`npm run bench:all -- [--quick] [--only NAME,NAME] [--json]

  --quick   a fraction of everything: whether the benches run, and hints for figures
  --only    of ${benches.map(({ name }) => name).join(', ')}
  --json    the table as JSON on standard output

Progress goes to standard error. It ends with 1 when a bench fails, not when a goal is not met.
`)
  for (const { name, says, minutes } of benches) {
    console.log(`  ${name.padEnd(10)}${says} (${minutes} min)`)
  }
  process.exit(0)
}
const wanted = values.only.split(',').filter(Boolean)
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}: see --help`)
  process.exit(2)
}
const chosen = benches.filter(({ name }) => wanted.length === 0 || wanted.includes(name))

interface Row extends Goal {
  bench: string
  mark: Mark
  /** So many cores were at work for others, just before the bench began. */
  others: number
}
interface Outcome {
  rows: Row[]
  failure?: string
}

const root = join(import.meta.dir, '..')
const progress = (text: string) => console.error(text)
const HEARTBEAT_MS = 30_000
// A bench that is six times slower than alone is held up by something that spoils its figures.
const PATIENCE = 6
const TAIL_LINES = 12

let running: number | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (running !== undefined) end(running)
    process.exit(1)
  })
}

/** Ends a bench, which when it is killed ends no server that it has started. */
function end(bench: number) {
  for (const pid of treeOf(bench).toReversed()) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

const LOOK_MS = 2000

async function coresAtWork(): Promise<number> {
  const idle = () => cpus().reduce((sum, { times }) => sum + times.idle, 0)
  const before = idle()
  await Bun.sleep(LOOK_MS)
  return Math.max(0, cpus().length - (idle() - before) / LOOK_MS)
}

async function run(bench: Bench): Promise<Outcome> {
  const { name, minutes } = bench
  const others = await coresAtWork()
  const folder = mkdtempSync(join(tmpdir(), 'nonius-goals-'))
  const file = join(folder, 'goals.jsonl')
  const begun = performance.now()
  const seconds = () => Math.round((performance.now() - begun) / 1000)
  const heartbeat = setInterval(() => progress(`  ${name}: ${seconds()} s`), HEARTBEAT_MS)
  let failure: string | undefined
  try {
    for (const command of values.quick ? bench.quick : bench.commands) {
      const child = Bun.spawn(
        [command[0] === 'bun' ? process.execPath : command[0]!, ...command.slice(1)],
        {
          cwd: root,
          env: { ...process.env, [GOALS_FILE]: file },
          stdin: 'ignore',
          stdout: 'pipe',
          stderr: 'pipe',
        },
      )
      const late = setTimeout(() => end(child.pid), minutes * 60_000 * PATIENCE)
      running = child.pid
      const [said, complained] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ])
      const code = await child.exited
      clearTimeout(late)
      running = undefined
      if (code === 0) continue
      failure = `\`${command.join(' ')}\` ended with ${child.signalCode ?? code}`
      progress(`${said}${complained}`.trimEnd().split('\n').slice(-TAIL_LINES).join('\n'))
      break
    }
  } catch (error) {
    failure = `it cannot be started: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    clearInterval(heartbeat)
  }
  try {
    const goals = existsSync(file) ? goalsIn(readFileSync(file, 'utf8')) : []
    if (goals.length === 0) failure ??= 'it told no goal'
    const rows = goals.map((goal) => ({ bench: name, ...goal, mark: markOf(goal), others }))
    progress(`  ${name}: ${failure ?? 'done'}, ${seconds()} s`)
    for (const row of rows)
      progress(`    ${row.mark}: ${row.goal}, ${figureOf(row)} of ${wantedOf(row)}`)
    return { rows, ...(failure === undefined ? {} : { failure }) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function machine() {
  const git = Bun.spawnSync(['git', 'rev-parse', '--short', 'HEAD'], { cwd: root })
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: git.stdout.toString().trim(),
    bun: Bun.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    quick: values.quick,
  }
}

const rows: Row[] = []
const failures: { bench: string; failure: string }[] = []
for (const [at, bench] of chosen.entries()) {
  progress(`[${at + 1}/${chosen.length}] ${bench.name}: ${bench.says}`)
  const outcome = await run(bench)
  rows.push(...outcome.rows)
  if (outcome.failure !== undefined) failures.push({ bench: bench.name, failure: outcome.failure })
}

const where = machine()
if (values.json) {
  console.log(JSON.stringify({ ...where, goals: rows, failures }, null, 2))
} else {
  const { date, commit, bun, cores, processor, quick } = where
  console.log(
    `\n${date}, commit ${commit}, Bun ${bun}, ${cores} × ${processor}${quick ? ', quick: hints and no figures' : ''}\n`,
  )
  console.log('| bench | goal | wanted | figure | mark | others, cores | |')
  console.log('|---|---|---|---|---|---|---|')
  for (const row of rows) {
    const mark = row.mark === 'met' ? 'met' : `**${row.mark}**`
    const cells = [row.bench, row.goal, wantedOf(row), figureOf(row), mark, row.others.toFixed(1)]
    console.log(`| ${[...cells, row.beside ?? ''].join(' | ')} |`)
  }
  for (const { bench, failure } of failures)
    console.log(`| ${bench} | ${failure} | | | **failed** | | |`)
  const met = rows.filter(({ mark }) => mark === 'met').length
  console.log(
    `\n${met} of ${rows.length} goals met${failures.length > 0 ? `, ${failures.length} benches failed` : ''}`,
  )
}
process.exit(failures.length > 0 ? 1 : 0)
