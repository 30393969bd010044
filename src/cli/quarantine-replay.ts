import { Command } from 'commander'
import type { IssueInItem } from '../ingest/issues-in-item'
import { readDocuments } from './documents'
import { CommandError } from './failure'
import { describeKept } from './issue-text'
import { showCount } from './progress'
import { createQuarantineClient, type QuarantineClient } from './quarantine-client'
import { type FilterOptions, filterOf, withFilterOptions } from './quarantine-filter'
import { type ServerOptions, withServerOptions } from './server-options'
import { renderTable } from './table'

interface Result {
  quarantineId: string
  outcome: 'stored' | 'duplicate' | 'set_aside' | 'withheld' | 'refused'
  eventCount: number
  entityCount: number
  quarantinedCount: number
  errors: IssueInItem[]
}

interface Options extends ServerOptions, FilterOptions {
  all?: true
  dryRun?: true
  patch?: string
  json?: true
}

export function replayCommand(): Command {
  const command = new Command('replay')
    .description('send items through again, as they are or repaired')
    .argument('[ids...]', 'as `quarantine list` shows them; or --all')
    .option('--all', 'everything that the filters below find, oldest first')
    .option('--patch <file>', 'a JSON Patch (RFC 6902) that repairs each; `-` reads standard input')
    .option('--dry-run', 'say what would become of them, and change nothing')
    .option('--json', 'print the results as JSON')
  return withServerOptions(withFilterOptions(command), 'a key with quarantine:write')
    .addHelpText('after', '\nExits with 1 when anything was refused: that stays in quarantine.')
    .action(replay)
}

async function replay(ids: string[], options: Options) {
  const filter = filterOf(options)
  if (options.all && ids.length > 0) throw new CommandError('Name items, or pass --all: not both')
  if (!options.all && ids.length === 0) throw new CommandError('Name items, or pass --all')
  if (!options.all && Object.keys(filter).length > 0) {
    throw new CommandError('Filters go with --all')
  }
  const ask = createQuarantineClient(options)
  const dryRun = options.dryRun === true
  const asked = { dryRun, ...(options.patch && { patch: await readPatch(options.patch) }) }

  const results: Result[] = []
  if (options.all) {
    using progress = showCount(process.stderr)
    await replayAll(ask, { filter, ...asked }, (page) => {
      results.push(...page)
      progress.show(results.length, results.filter(isRefused).length)
    })
  } else {
    for (const id of ids) {
      results.push(await ask<Result>('POST', `/${encodeURIComponent(id)}/replay`, asked))
    }
  }
  const text = options.json ? JSON.stringify(results, null, 2) : tableOf(results, dryRun)
  process.stdout.write(`${text}\n`)
  if (results.some(isRefused)) process.exitCode = 1
}

function isRefused({ outcome }: Result): boolean {
  return outcome === 'refused'
}

/**
 * Replays piece by piece and shows the outcome of each: the server takes a hundred items at a time,
 * or works for two seconds.
 */
async function replayAll(
  ask: QuarantineClient,
  asked: object,
  onPage: (results: Result[]) => void,
): Promise<void> {
  let cursor: string | undefined
  do {
    const body = { ...asked, background: false, ...(cursor !== undefined && { cursor }) }
    const page = await ask<{ results: Result[]; nextCursor?: string }>('POST', '/replay', body)
    onPage(page.results)
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

async function readPatch(path: string): Promise<unknown> {
  const [patch, ...more] = await readDocuments(path)
  if (Array.isArray(patch?.value) && more.length === 0) return patch.value
  throw new CommandError(`${path} is not a JSON Patch: it must be an array of operations`)
}

function tableOf(results: Result[], dryRun: boolean): string {
  const names = ['quarantine id', 'outcome', 'events', 'entities', 'set aside', 'reasons']
  const rows = results.map((result) => [
    result.quarantineId,
    result.outcome,
    result.eventCount,
    result.entityCount,
    result.quarantinedCount,
    result.errors.map(describeKept).join('; '),
  ])
  const refused = results.filter(isRefused).length
  const summary = `${results.length - refused} of ${results.length} ${dryRun ? 'would leave' : 'left'} the quarantine`
  return `${renderTable(names, rows)}\n${summary}`
}
