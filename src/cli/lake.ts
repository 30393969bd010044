import { stat } from 'node:fs/promises'
import { Command, InvalidArgumentError } from 'commander'
import { keptDaysOf } from '../governance/kept-days'
import { createPolicies } from '../governance/policies'
import { systemClock as clock } from '../platform/clock'
import { openLocalPlatform } from '../platform/local'
import { lakeFolder } from '../platform/local/lake'
import { filesOf, partitionsOf } from '../platform/local/settle/places'
import { askLake, type LakeRequest, type Told } from '../platform/local/settle/requests'
import { workOnLake } from '../platform/local/settle/work'
import { stateOf } from '../platform/local/settlement'
import { createLog } from '../telemetry/log'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { CommandError } from './failure'
import { stopSignal } from './stop-signal'
import { renderTable } from './table'

interface Options extends DataDirOption {
  until?: string
  dryRun?: true
  json?: true
}

export function lakeCommand(): Command {
  return new Command('lake')
    .description('settle the lake, look at it, remove what was kept for long enough')
    .addCommand(settleCommand())
    .addCommand(stateCommand())
    .addCommand(expireCommand())
}

function settleCommand(): Command {
  return new Command('settle')
    .description('make few sorted files of closed days, with each event once; also beside a server')
    .option('--until <day>', 'settle the days before this one, e.g. 2026-11-28; today', readDay)
    .option('--dry-run', 'list the days that would be settled')
    .addOption(dataDirOption())
    .action(async (options: Options) => {
      const dataDir = requireDataDir(options)
      const until = options.until ?? today()
      if (until > today()) {
        throw new CommandError(`${until} is ahead: days are settled once they are over (UTC)`)
      }
      if (options.dryRun) {
        const days = await waitingDays(lakeFolder(dataDir), until)
        process.stdout.write(days.length === 0 ? NOTHING : renderTable(HEAD, days))
        return
      }
      const count = await work(dataDir, { kind: 'settle', until }, settledLine)
      if (count === 0) process.stdout.write(NOTHING)
    })
}

const NOTHING = 'Every closed day is settled.\n'
const HEAD = ['day', 'class', 'files', 'MB', 'settled']

function stateCommand(): Command {
  return new Command('state')
    .description('tell through which day the lake is settled, and how many days wait')
    .option('--json', 'print JSON')
    .addOption(dataDirOption())
    .action(async (options: Options) => {
      const state = await stateOf(lakeFolder(requireDataDir(options)), clock.now())
      const { settledThrough, waiting } = state
      const through =
        settledThrough === undefined
          ? 'No closed day is settled.'
          : `Settled through ${settledThrough} (UTC).`
      const text = `${through} ${waiting} ${waiting === 1 ? 'day waits' : 'days wait'}, each class by itself.\n`
      process.stdout.write(options.json ? `${JSON.stringify(state, null, 2)}\n` : text)
    })
}

function expireCommand(): Command {
  return new Command('expire')
    .description('remove what was kept for as long as the policies of its tenant say')
    .option('--dry-run', 'count what would be removed')
    .addOption(dataDirOption())
    .action(async (options: Options) => {
      const isDryRun = options.dryRun === true
      const line = ({ day, retentionClass, rows }: Told) =>
        `${day} ${retentionClass}: ${number(rows)} events ${isDryRun ? 'are due' : 'removed'}`
      const count = await work(requireDataDir(options), { kind: 'expire', isDryRun }, line)
      if (count === 0) process.stdout.write('No event is due.\n')
    })
}

/** Has the server do it, or does it where none runs. @returns the number of days */
async function work(dataDir: string, request: LakeRequest, line: (day: Told) => string) {
  const stopped = new AbortController()
  void stopSignal(() => process.exit(CANCELLED)).then(() => stopped.abort())
  const { signal } = stopped
  let count = 0
  const onDay = (day: Told) => {
    count += 1
    process.stdout.write(`${line(day)}\n`)
  }
  try {
    if (await askLake(dataDir, request, { onDay, signal })) return count
    signal.throwIfAborted()
    await using platform = await openLocalPlatform({ dataDir, clock, log: createLog('warn') })
    const { settlement, documents } = platform
    const policies = createPolicies({ documents, clock, environment: 'production' })
    await workOnLake({ settlement, keptDays: keptDaysOf(policies), clock })(request, onDay, signal)
    return count
  } catch (error) {
    if (!signal.aborted) throw error
    process.exit(CANCELLED)
  }
}

// A shell says so of a command that Ctrl-C has ended.
const CANCELLED = 130

function settledLine({ day, retentionClass, rows, copies, filesBefore, filesAfter }: Told): string {
  const without = copies === 0 ? '' : `, ${number(copies)} copies left out`
  const files = `${number(filesBefore)} files → ${number(filesAfter)}`
  return `${day} ${retentionClass}: ${number(rows)} events${without}; ${files}`
}

async function waitingDays(folder: string, until: string): Promise<string[][]> {
  const rows: string[][] = []
  for (const one of await partitionsOf(folder, until)) {
    const { landed, settled } = await filesOf(folder, one)
    if (landed.length === 0) continue
    let bytes = 0
    for (const { path } of landed) bytes += (await stat(path)).size
    const again = settled.length > 0 ? 'again' : ''
    const size = (bytes / 1e6).toFixed(1)
    rows.push([one.day, one.retentionClass, number(landed.length), size, again])
  }
  return rows
}

const number = (value: unknown) => Number(value).toLocaleString('en')
const today = () => clock.now().toISOString().slice(0, 10)

function readDay(text: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
  if (isDay) return text
  throw new InvalidArgumentError('It must be a day, e.g. 2026-11-28.')
}
