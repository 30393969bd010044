import { Command } from 'commander'
import { confirm } from './confirm'
import { CommandError } from './failure'
import { yesOption } from './file-standards'
import { showCount } from './progress'
import { createQuarantineClient, type QuarantineClient } from './quarantine-client'
import { type FilterOptions, filterOf, withFilterOptions } from './quarantine-filter'
import { type ServerOptions, withServerOptions } from './server-options'
import { number } from './tally'

interface Options extends ServerOptions, FilterOptions {
  all?: true
  dryRun?: true
  yes?: true
  json?: true
}

export function deleteCommand(): Command {
  const command = new Command('delete')
    .description('give items up; they cannot be brought back')
    .argument('[ids...]', 'as `quarantine list` shows them; or filters; or --all')
    .option('--all', 'everything that the key reaches')
    .option('--dry-run', 'count them, and delete none')
    .addOption(yesOption())
    .option('--json', 'print the count as JSON')
  return withServerOptions(withFilterOptions(command), 'a key with quarantine:write')
    .addHelpText(
      'after',
      '\nBy filters or with --all it counts first, and asks; without a terminal it wants --yes. What comes\nin meanwhile stays.',
    )
    .action(remove)
}

async function remove(ids: string[], options: Options) {
  const filter = filterOf(options)
  const isFiltered = options.all === true || Object.keys(filter).length > 0
  if (ids.length > 0 && isFiltered) {
    throw new CommandError('Name items, or pass filters or --all: not both')
  }
  if (ids.length === 0 && !isFiltered) {
    throw new CommandError('Name items, or pass filters, or --all for everything')
  }
  const ask = createQuarantineClient(options)
  const count = isFiltered
    ? await removeFound(ask, filter, options)
    : await removeNamed(ask, ids, options)
  if (options.json) process.stdout.write(`${JSON.stringify(count)}\n`)
}

type Count = { found: number } | { deleted: number }

async function removeNamed(
  ask: QuarantineClient,
  ids: string[],
  { dryRun, json }: Options,
): Promise<Count> {
  for (const id of ids) {
    await ask(dryRun ? 'GET' : 'DELETE', `/${encodeURIComponent(id)}`)
    if (!json) process.stderr.write(dryRun ? `${id} would be deleted.\n` : `Deleted ${id}.\n`)
  }
  return dryRun ? { found: ids.length } : { deleted: ids.length }
}

async function removeFound(
  ask: QuarantineClient,
  filter: Record<string, string>,
  { dryRun, yes, json }: Options,
): Promise<Count> {
  const { stdout, stderr } = process
  const found = await each(ask, { filter, dryRun: true })
  if (dryRun) {
    if (!json) stdout.write(`${items(found)} would be deleted.\n`)
    return { found }
  }
  if (found > 0) {
    const question = `${items(found)} will be deleted, and cannot be brought back: delete ${found === 1 ? 'it' : 'them'}?`
    if (!(await confirm({ question, yes, otherwise: 'pass --yes' }))) {
      throw new CommandError('Nothing was deleted')
    }
  }
  using progress = showCount(stderr, 'deleted')
  const deleted = await each(ask, { filter, dryRun: false }, found, progress.show)
  if (!json) stdout.write(`Deleted ${items(deleted)}.\n`)
  return { deleted }
}

interface Page {
  count: number
  nextCursor?: string
}

// The server works two seconds at a request; this is more than it does then, and its own limit.
const MOST_AT_A_TIME = 10_000

/**
 * Goes through what the filter finds, oldest first.
 * @param most stops after so many: the ones that came later were not counted
 */
async function each(
  ask: QuarantineClient,
  asked: { filter: Record<string, string>; dryRun: boolean },
  most = Number.POSITIVE_INFINITY,
  onPage: (count: number) => void = () => {},
): Promise<number> {
  let count = 0
  let cursor: string | undefined
  while (count < most) {
    const limit = Math.min(MOST_AT_A_TIME, most - count)
    const body = { ...asked, limit, ...(cursor !== undefined && { cursor }) }
    const page = await ask<Page>('POST', '/delete', body)
    count += page.count
    onPage(count)
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  return count
}

function items(count: number): string {
  return `${number(count)} ${count === 1 ? 'item' : 'items'}`
}
