import { Command } from 'commander'
import type { listedOf } from '../http/sources/seen'
import { systemClock } from '../platform/clock'
import { requireFrom } from './ask-server'
import { at, dataDirPlace, type RegistryPlace } from './registry-place'
import { type ServerOptions, withServerOptions } from './server-options'
import { renderTable } from './table'

/** A source as the server lists it. */
export type ListedSource = ReturnType<typeof listedOf>

interface Options extends ServerOptions {
  tenant: string
  json?: true
}

/** @param place the data directory of one machine, unless told otherwise */
export function sourcesCommand(place: RegistryPlace = dataDirPlace): Command {
  const command = at(
    place,
    new Command('sources').description(
      'list the sources with what came from each, since the beginning and in the last hour',
    ),
  )
  return withServerOptions(command, 'with --url: a key with admin')
    .option('--tenant <id>', 'whose, in the data folder', 'default')
    .option('--json', 'print JSON, as GET /sources has it')
    .addHelpText(
      'after',
      '\nReads the data folder, where counts are ten seconds late; with --url (or NONIUS_URL), asks that server.',
    )
    .action(async (options: Options) => {
      const asksServer = isGiven(command, 'url') && !isGiven(command, 'dataDir', 'cli')
      const sources = asksServer ? await fromServer(options) : await fromPlace(place, options)
      const text = options.json ? JSON.stringify({ sources }, null, 2) : tableOfSources(sources)
      process.stdout.write(`${text}\n`)
    })
}

function isGiven(command: Command, option: string, how?: 'cli'): boolean {
  const source = command.getOptionValueSource(option)
  return how === undefined ? source === 'cli' || source === 'env' : source === how
}

async function fromServer(options: Options): Promise<ListedSource[]> {
  const { sources } = await requireFrom<{ sources: ListedSource[] }>(options, 'sources')
  return sources
}

/** Reads what the server would list. @param options those of the place among them */
export async function fromPlace(
  place: RegistryPlace,
  options: { tenant: string },
): Promise<ListedSource[]> {
  const { listedOf } = await import('../http/sources/seen')
  using file = place.open(options)
  const [sources, seen] = await Promise.all([
    file.registry.sources.list(options.tenant),
    file.activity.read(options.tenant, systemClock.now()),
  ])
  return sources.map((source) => listedOf(source, seen))
}

/** Shows a row a source: what came in all, and in the last hour. */
export function tableOfSources(sources: readonly ListedSource[]): string {
  const counts = ['accepted', 'duplicates', 'quarantined', 'refused'] as const
  const names = ['source', 'name', 'last seen', ...counts, 'last hour', 'lag']
  const rows = sources.map((source) => [
    source.id,
    source.name,
    source.lastSeenAt === undefined ? 'never' : toSecond(source.lastSeenAt),
    ...counts.map((count) => source[count]),
    hourText(source.lastHour),
    lagText(source.lastHour.lag),
  ])
  return renderTable(names, rows)
}

/** Shows a row for each source from which something came in the last hour. */
export function tableOfHour(sources: readonly ListedSource[]): string {
  const rows = sources.flatMap(({ id, lastSeenAt, lastHour }) => {
    const { accepted, duplicates, quarantined, refused, refusedFor, lag } = lastHour
    if (accepted + duplicates + quarantined + refused === 0) return []
    const counts = [accepted, duplicates, quarantined, refused]
    return [[id, toSecond(lastSeenAt!), ...counts, whyText(refusedFor), lagText(lag)]]
  })
  const counts = ['accepted', 'duplicates', 'quarantined', 'refused', 'why']
  return renderTable(['source', 'last seen', ...counts, 'lag'], rows)
}

function hourText(hour: ListedSource['lastHour']): string {
  const { accepted, duplicates, quarantined, refused, refusedFor } = hour
  const parts = [
    `${accepted} accepted`,
    duplicates > 0 && `${duplicates} duplicate`,
    quarantined > 0 && `${quarantined} quarantined`,
    refused > 0 && `${refused} refused (${whyText(refusedFor)})`,
  ].filter(Boolean)
  return accepted + parts.length === 1 ? 'nothing' : parts.join(', ')
}

function whyText(refusedFor: Record<string, number>): string {
  return Object.entries(refusedFor)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ')
}

function lagText(lag: ListedSource['lastHour']['lag']): string {
  if (lag === undefined) return ''
  return `${durationText(lag.medianSeconds)}, at most ${durationText(lag.maxSeconds)}`
}

/** Writes a time to the second, as people read it. */
export function toSecond(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)}`
}

/** Writes a duration in its largest unit. */
export function durationText(seconds: number): string {
  const size = Math.abs(seconds)
  if (size < 1) return `${Math.round(seconds * 1000)} ms`
  if (size < 120) return `${Math.round(seconds)} s`
  if (size < 7200) return `${Math.round(seconds / 60)} min`
  if (size < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
