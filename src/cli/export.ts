import { setTimeout as wait } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { exportFormats } from '../exports/export'
import { measures } from '../query/narrowing'
import { type ApiClient, createApiClient } from './api-client'
import { fetchTo } from './export/fetch-to'
import { CommandError } from './failure'
import { print, printJson, say } from './privacy/shared'
import { showShare } from './progress'
import { type ServerOptions, withServerOptions } from './server-options'
import { stopSignal } from './stop-signal'

/** An export as the server shows it. */
export interface Export {
  id: string
  status: string
  format: string
  name: string
  createdAt: string
  progress: number
  rows: number
  bytes: number
  problem?: string
  url?: string
}

interface Options extends ServerOptions {
  format: string
  from?: string
  to?: string
  by?: string
  zone?: string
  course?: string
  person?: string
  source?: string
  type?: string[]
  filter?: string
  field?: string[]
  learner?: string
  output?: string
  list?: true
  cancel?: true
  json?: true
}

const PATH = 'analytics/exports'
// A person sees the bar move; where there is no terminal, a line says now and then how far it is.
const LOOK_EVERY_MS = 500
const LINE_EVERY_MS = 10_000
// Whoever presses Ctrl-C again within this time cancels the export.
const AGAIN_MS = 2000
// As shells have it for a program that Ctrl-C ended.
const INTERRUPTED = 130

export function exportCommand(): Command {
  const gathered = (value: string, all: string[] = []) => [...all, value]
  const command = new Command('export')
    .description('save events as JSON lines, CSV or Parquet')
    .argument('[id]', 'an export that was begun: waits for it, and fetches it')
  return withServerOptions(command, 'a key that may read events')
    .addOption(
      new Option('--format <format>', 'of the file').choices(exportFormats).default('jsonl'),
    )
    .option('-o, --output <path>', 'save it there, unpacked unless it ends in .gz')
    .option('--from <day>', 'the first day, or the time (ISO 8601) it begins at')
    .option('--to <day>', 'the last day, or the time it ends before')
    .addOption(new Option('--by <what>', 'days of arrival, or of the event').choices(measures))
    .option('--zone <name>', 'days are those of this time zone, e.g. Europe/Berlin')
    .option('--course <id>', 'only what happened in this course')
    .option('--person <id>', 'only what this person did')
    .option('--source <id>', 'only what this source sent')
    .option('--type <type>', 'only of this type; may be repeated', gathered)
    .option('--filter <condition>', 'only what meets a condition (docs/filters.md)')
    .option('--field <name>', 'only this field; may be repeated', gathered)
    .option('--learner <id>', 'all that is one learner’s, with other people taken out')
    .option('--list', 'list exports')
    .option('--cancel', 'cancel the export ID, or delete its file')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nCtrl-C ends the waiting, not the export; twice, it cancels it. A file that was fetched in part goes on where it was.',
    )
    .action(run)
}

async function run(id: string | undefined, options: Options) {
  const ask = createApiClient(options)
  if (options.list) return list(ask, options)
  if (options.cancel) {
    if (id === undefined) throw new CommandError('Say which: nonius export ID --cancel')
    await ask('DELETE', pathOf(id))
    return say(`${id} was cancelled or deleted.`)
  }
  const begun =
    id === undefined
      ? await ask<Export>('POST', 'analytics/export', askedBy(options))
      : await ask<Export>('GET', pathOf(id))
  const over = await untilOver(ask, begun)
  if (over === undefined) return
  if (options.json) printJson(over)
  else if (options.output === undefined) print(`${described(over)}\n${over.url ?? ''}`.trimEnd())
  if (over.status !== 'ready') throw new CommandError(over.problem ?? `It is ${over.status}`)
  if (options.output === undefined) return
  const saved = await fetchTo(options.output, over)
  say(`Saved ${saved}: ${over.rows.toLocaleString('en')} events`)
}

async function list(ask: ApiClient, { json }: Options) {
  const all = await ask<{ items: Export[] }>('GET', PATH)
  if (json) return printJson(all)
  for (const one of all.items) print(`${one.id}  ${one.createdAt}  ${described(one)}`)
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`
}

function askedBy(options: Options): object {
  const { format, from, to, by, zone, course, person, source, type, filter, field, learner } =
    options
  const filters = { from, to, by, courseId: course, actorId: person, sourceId: source, type }
  return {
    ...{ format, fields: field, timeZone: zone, learner },
    filters: { ...filters, ...(filter !== undefined && { filter: conditionIn(filter) }) },
  }
}

function conditionIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError(`--filter must be a condition as JSON, e.g. {"path":"score","lt":1}`)
  }
}

/** Waits until an export is over. @returns undefined when Ctrl-C ended the waiting */
async function untilOver(ask: ApiClient, begun: Export): Promise<Export | undefined> {
  const { id } = begun
  if (begun.status !== 'running') return begun
  let again = false
  let isStopped = false
  const stopped = stopSignal(() => {
    again = true
  }).then(() => {
    isStopped = true
  })
  using bar = showShare(process.stderr)
  let current = begun
  let lineAt = performance.now() + LINE_EVERY_MS
  say(`${id} has begun.`)
  while (current.status === 'running') {
    await Promise.race([wait(LOOK_EVERY_MS), stopped])
    if (isStopped) return stop()
    current = await ask<Export>('GET', pathOf(id))
    bar.show(current.progress, `${current.rows.toLocaleString('en')} events`)
    if (process.stderr.isTTY || performance.now() < lineAt) continue
    lineAt = performance.now() + LINE_EVERY_MS
    say(described(current))
  }
  return current

  async function stop() {
    say(`It goes on; nonius export ${id} waits for it. Ctrl-C once more cancels it.`)
    for (let waited = 0; waited < AGAIN_MS && !again; waited += LOOK_EVERY_MS) {
      await wait(LOOK_EVERY_MS)
    }
    if (again) {
      await ask('DELETE', pathOf(id))
      say(`${id} was cancelled.`)
    }
    process.exitCode = INTERRUPTED
    return undefined
  }
}

function described({ status, progress, rows, problem }: Export): string {
  const percent = status === 'running' ? `, ${Math.floor(progress * 100)} %` : ''
  return `${status}${percent}, ${rows.toLocaleString('en')} events${problem ? `: ${problem}` : ''}`
}
