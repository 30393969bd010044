import { Command, InvalidArgumentError, Option } from 'commander'
import type { IssueInItem } from '../ingest/issues-in-item'
import { describeKept } from './issue-text'
import { createQuarantineClient } from './quarantine-client'
import { deleteCommand } from './quarantine-delete'
import { type FilterOptions, filterOf, withFilterOptions } from './quarantine-filter'
import { replayCommand } from './quarantine-replay'
import { type ServerOptions, withServerOptions } from './server-options'
import { harmless, renderTable } from './table'

interface Summary {
  quarantineId: string
  sourceId: string
  standard: string
  scope: string
  id?: string
  errors: IssueInItem[]
  receivedAt: string
  server: { requestId: string }
  context: Record<string, string>
  lastReplay?: { at: string; errors: IssueInItem[] }
  repair?: { by: string; at: string }
}

interface QuarantineList {
  items: Summary[]
  nextCursor?: string
  usage: Record<'sourceId' | 'items' | 'bytes' | 'maxItems' | 'maxBytes' | 'nearlyFull', unknown>[]
}

export function quarantineCommand(): Command {
  return new Command('quarantine')
    .description('see, repair, replay and give up what could not be kept as an event')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(replayCommand())
    .addCommand(deleteCommand())
}

const reads = 'a key with quarantine:read'

function listCommand(): Command {
  const command = new Command('list').description('list what is in quarantine, newest first')
  return withServerOptions(withFilterOptions(command), reads)
    .addOption(new Option('--limit <n>', 'at most so many').argParser(readCount).default(50))
    .option('--json', 'print JSON')
    .action(list)
}

async function list(options: ServerOptions & FilterOptions & { limit: number; json?: true }) {
  const ask = createQuarantineClient(options)
  const found: QuarantineList = { items: [], usage: [] }
  let cursor: string | undefined
  do {
    const left = options.limit - found.items.length
    const page = { limit: String(Math.min(left, 1000)), ...(cursor && { cursor }) }
    const query = new URLSearchParams({ ...filterOf(options), ...page })
    const { items, nextCursor, usage } = await ask<QuarantineList>('GET', `?${query}`)
    found.items.push(...items)
    found.usage = usage
    cursor = nextCursor
  } while (cursor !== undefined && found.items.length < options.limit)

  if (options.json) return print(JSON.stringify(found, null, 2))
  const names = ['quarantine id', 'received', 'source', 'standard', 'scope', 'id', 'reasons']
  print(renderTable(names, found.items.map(rowOf)))
  for (const { sourceId, items, bytes, maxItems, maxBytes, nearlyFull } of found.usage) {
    const warning = nearlyFull ? ': nearly full' : ''
    print(`${sourceId} has ${items} of ${maxItems} items, ${bytes} of ${maxBytes} bytes${warning}`)
  }
  if (cursor !== undefined) say(`There are more: --limit shows them`)
}

function rowOf({ quarantineId, receivedAt, sourceId, standard, scope, id, errors }: Summary) {
  const reasons = errors.map(describeKept).join('; ')
  return [quarantineId, receivedAt.slice(0, 19), sourceId, standard, scope, id, reasons]
}

function showCommand(): Command {
  const command = new Command('show')
    .description('show one item: what was received, when, from whom, and why it was refused')
    .argument('<id>', 'as `quarantine list` shows it')
  return withServerOptions(command, reads).option('--json', 'print JSON').action(show)
}

async function show(id: string, options: ServerOptions & { json?: true }) {
  const ask = createQuarantineClient(options)
  const item = await ask<Summary & { raw: string }>('GET', `/${encodeURIComponent(id)}`)
  if (options.json) return print(JSON.stringify(item, null, 2))
  const { quarantineId, sourceId, standard, scope, receivedAt, server, context, raw } = item
  print(`${quarantineId}: ${standard} ${scope} of source ${sourceId}`)
  print(`received ${receivedAt}, request ${server.requestId}`)
  for (const [name, value] of Object.entries(context)) print(harmless(`${name}: ${value}`))
  for (const issue of item.errors) print(harmless(`- ${describeKept(issue)} (${issue.code})`))
  if (item.repair) print(`repaired ${item.repair.at} by ${item.repair.by}`)
  if (item.lastReplay) print(`last replayed ${item.lastReplay.at}, refused:`)
  for (const issue of item.lastReplay?.errors ?? []) print(harmless(`- ${describeKept(issue)}`))
  print(`\n${harmless(raw)}`)
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 to 999999.')
}

function print(text: string) {
  process.stdout.write(`${text}\n`)
}

function say(text: string) {
  process.stderr.write(`${text}\n`)
}
