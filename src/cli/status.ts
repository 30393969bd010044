import { Command } from 'commander'
import { askServer } from './ask-server'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { CommandError } from './failure'
import { type Figures, figuresIn, figuresOfFolder } from './figures'
import { dataDirPlace } from './registry-place'
import { homeUrl, type ServerOptions, withServerOptions } from './server-options'
import { durationText, fromPlace, type ListedSource, tableOfHour, toSecond } from './sources'
import { harmless } from './table'

interface Options extends ServerOptions, DataDirOption {
  json?: true
}

/** Everything that is known of a server; what could not be asked is absent. */
interface Status {
  url: string
  isRunning: boolean
  isReady: boolean
  version?: string
  startedAt?: string
  problems: string[]
  notices: string[]
  figures?: Figures
  sources?: ListedSource[] | undefined
}

export function statusCommand(): Command {
  const command = new Command('status')
    .description('tell whether a server runs and takes events, and what came in the last hour')
    .addOption(dataDirOption())
  return withServerOptions(
    command,
    'a key with admin and metrics:read, where the data folder is not at hand',
  )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExits with 0 when it runs and can take events, with 1 otherwise.')
    .action(async (options: Options) => {
      const isGiven = command.getOptionValueSource('url') !== 'default'
      const url = isGiven ? options.url : homeUrl()
      const status = await look({ ...options, url })
      process.stdout.write(options.json ? `${JSON.stringify(status, null, 2)}\n` : textOf(status))
      if (!status.isReady) process.exitCode = 1
    })
}

async function look(options: Options): Promise<Status> {
  const { url } = options
  const [home, ready] = await Promise.all([askServer(options, '.'), askServer(options, 'ready')])
  const known = { ...(await figuresOf(options)), sources: await sourcesOf(options) }
  const about = { url: url.href, ...known }
  if (home.status === undefined || ready.status === undefined) {
    const { reason } = (home.status === undefined ? home : ready) as { reason: string }
    const problems = [`nothing answers at ${url.href} (${reason})`]
    return { ...about, isRunning: false, isReady: false, problems, notices: [] }
  }
  if (home.status !== 200 || home.body.name !== 'Nonius') {
    const problems = [`what answers at ${url.href} is no Nonius (${home.status})`]
    return { ...about, isRunning: false, isReady: false, problems, notices: [] }
  }
  const { version, startedAt } = home.body as { version: string; startedAt?: string }
  const isReady = ready.status === 200
  const { detail, notices = [], feed } = ready.body as Readiness
  const problems = isReady ? [] : [detail ?? `GET /ready: ${ready.status}`]
  const worst = feed?.consumer === undefined ? [] : [{ ...feed, consumer: feed.consumer }]
  const figures = { consumers: worst, ...known.figures }
  const running = { isRunning: true, isReady, version, ...(startedAt && { startedAt }) }
  return { ...about, ...running, problems, notices, figures }
}

interface Readiness {
  detail?: string
  notices?: string[]
  feed?: { consumer?: string; records: number; ageMs: number }
}

/** Reads figures from the server where a key is given, else from the folder, if it is here. */
async function figuresOf(options: Options): Promise<{ figures?: Figures }> {
  if (options.key !== undefined) {
    const answer = await askServer(options, 'metrics', { accept: 'text/plain' })
    if (answer.status === 200) return { figures: figuresIn(answer.text) }
  }
  const dataDir = folderAt(options)
  if (dataDir === undefined) return {}
  return { figures: await figuresOfFolder(dataDir) }
}

async function sourcesOf(options: Options): Promise<ListedSource[] | undefined> {
  if (options.key !== undefined) {
    const answer = await askServer(options, 'sources')
    if (answer.status === 200) return answer.body.sources as ListedSource[]
  }
  if (folderAt(options) === undefined) return undefined
  return fromPlace(dataDirPlace, { ...options, tenant: 'default' })
}

function folderAt(options: Options): string | undefined {
  try {
    return requireDataDir(options)
  } catch (error) {
    if (error instanceof CommandError) return undefined
    throw error
  }
}

function textOf(status: Status): string {
  const { isRunning, isReady, version, startedAt, url, problems, notices, figures } = status
  const lines: string[] = []
  if (isRunning) {
    const age = startedAt && (Date.now() - Date.parse(startedAt)) / 1000
    const since = startedAt && ` since ${toSecond(startedAt)} UTC (${durationText(Number(age))})`
    lines.push(`Nonius ${version} is running at ${url}${since ?? ''}.`)
    lines.push(isReady ? 'It can take events.' : 'It cannot take events:')
  } else {
    lines.push('Nonius is not running:')
  }
  for (const problem of problems) lines.push(`  ${harmless(problem)}`)
  for (const notice of notices) lines.push(`Notice: ${harmless(notice)}`)
  lines.push('', ...(figures === undefined ? [] : linesOf(figures)))
  const { sources } = status
  if (sources === undefined) {
    lines.push(
      'With --key (scopes admin and metrics:read), or where its data folder is, it tells more.',
    )
  } else if (sources.every(({ lastHour }) => isQuiet(lastHour))) {
    lines.push('Nothing came in the last hour.')
  } else {
    lines.push('The last hour by source:', '', tableOfHour(sources))
  }
  return `${lines.join('\n')}\n`
}

function isQuiet({ accepted, duplicates, quarantined, refused }: ListedSource['lastHour']) {
  return accepted + duplicates + quarantined + refused === 0
}

function linesOf({ consumers = [], disk, quarantineItems, deliveries }: Figures): string[] {
  const lines = consumers.map(({ consumer, records, ageMs }) => {
    const behind =
      records === 0 ? 'has everything' : `${records} behind, ${durationText(ageMs / 1000)}`
    return `consumer    ${harmless(consumer)}: ${behind}`
  })
  if (disk !== undefined)
    lines.push(`disk        ${gigabytes(disk.freeBytes)} free of ${gigabytes(disk.sizeBytes)}`)
  if (quarantineItems !== undefined) {
    lines.push(`quarantine  ${quarantineItems} ${quarantineItems === 1 ? 'item' : 'items'}`)
  }
  if (deliveries !== undefined) {
    const { waiting, parked, dead } = deliveries
    lines.push(`webhooks    ${waiting} waiting, ${parked} parked, ${dead} dead`)
  }
  return [...lines, '']
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
