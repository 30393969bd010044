import { setTimeout as wait } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { deliveryStatuses } from '../../platform/delivery-log'
import { type ApiClient, createApiClient } from '../api-client'
import { stopSignal } from '../stop-signal'
import { renderTable } from '../table'
import { readWhole } from './settings'
import {
  asking,
  type CommonOptions,
  commandOfOne,
  linesOf,
  pathOf,
  print,
  printJson,
  say,
} from './shared'

/** A delivery as the list has it. */
interface Item {
  id: string
  status: string
  attempts: number
  responseStatus?: number | null
  latencyMs?: number | null
  error?: string | null
  /** Says why it was given up. */
  reason?: string
  nextAttemptAt?: string | null
  eventIds: string[]
}

interface Page {
  deliveries: Item[]
  nextCursor?: string | null
}

interface Asked {
  status?: string
  from?: string
  to?: string
}

interface Options extends CommonOptions, Asked {
  limit: number
  follow?: true
}

// The most that a page of the server has.
const PAGE = 1000

export function deliveriesCommand(): Command {
  return commandOfOne('deliveries', 'list its deliveries, latest first', 'read')
    .addOption(new Option('--status <status>', 'only these').choices(deliveryStatuses))
    .option('--from <time>', 'queued at this time or later, e.g. 2026-11-21T09:30:00Z')
    .option('--to <time>', 'queued before this time')
    .addOption(new Option('--limit <n>', 'at most so many').argParser(readWhole).default(50))
    .option('--follow', 'go on with what changes, until Ctrl-C; --json: one a line')
    .action(deliveries)
}

async function deliveries(id: string, options: Options) {
  const ask = createApiClient(options)
  if (options.follow) return follow(ask, id, options)
  const { items, isAll } = await read(ask, id, options, options.limit)
  if (options.json) return printJson(items)
  process.stdout.write(`${renderTable(names, items.map(rowOf))}\n`)
  if (!isAll) say('There are more: --limit shows them')
}

async function read(ask: ApiClient, id: string, { status, from, to }: Asked, most: number) {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const limit = String(Math.min(PAGE, most - items.length))
    const path = asking(pathOf(id, 'deliveries'), { status, from, to, limit, cursor })
    const page = await ask<Page>('GET', path)
    items.push(...page.deliveries)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined && items.length < most)
  return { items, isAll: cursor === undefined }
}

const names = ['delivery', 'status', 'events', 'attempts', 'code', 'ms', 'next attempt', 'error']

function rowOf(item: Item) {
  const { id, status, eventIds, attempts, responseStatus, latencyMs, nextAttemptAt } = item
  const next = nextAttemptAt?.slice(0, 19)
  const why = item.reason ?? item.error
  return [id, status, eventIds.length, attempts, responseStatus, latencyMs, next, why]
}

const FOLLOW_MS = 1000

/** Prints each of the latest deliveries when it comes, and again when something became of it. */
async function follow(ask: ApiClient, id: string, options: Options) {
  void stopSignal(() => process.exit(0)).then(() => process.exit(0))
  const shown = new Map<string, string>()
  for (;;) {
    const { items } = await read(ask, id, options, options.limit)
    const fresh = items.filter((item) => shown.get(item.id) !== stateOf(item)).reverse()
    for (const item of fresh) {
      if (options.json) process.stdout.write(`${JSON.stringify(item)}\n`)
      else print(lineOf(item))
      shown.delete(item.id)
      shown.set(item.id, stateOf(item))
    }
    while (shown.size > options.limit) shown.delete(shown.keys().next().value!)
    await wait(FOLLOW_MS)
  }
}

const stateOf = ({ status, attempts }: Item) => `${status} ${attempts}`

function lineOf(item: Item): string {
  const { id, status, eventIds, attempts, responseStatus, latencyMs, nextAttemptAt } = item
  const error = item.reason ?? item.error
  const answered = responseStatus == null ? '' : `  HTTP ${responseStatus} in ${latencyMs} ms`
  const isSaid = error == null || error === `HTTP ${responseStatus}` || status === 'delivered'
  const why = isSaid ? '' : `  ${error}`
  const next = nextAttemptAt == null ? '' : `  next ${nextAttemptAt.slice(0, 19)}`
  return `${id}  ${status}  ${eventIds.length === 1 ? '1 event' : `${eventIds.length} events`}  attempt ${attempts}${answered}${why}${next}`
}

interface Detail extends Item {
  body?: unknown
  headers?: Record<string, string>
  tries?: {
    at: string
    latencyMs: number
    responseStatus?: number
    error?: string
    response?: string
  }[]
}

export function deliveryCommand(): Command {
  return commandOfOne('delivery', 'show one: what was sent, and how every attempt went', 'read')
    .argument('<delivery>', 'as `webhooks deliveries` shows it, msg_…')
    .action(async (id: string, deliveryId: string, options: CommonOptions) => {
      const path = pathOf(id, 'deliveries', encodeURIComponent(deliveryId))
      const detail = await createApiClient(options)<Detail>('GET', path)
      if (options.json) return printJson(detail)
      const { body, headers, tries, ...facts } = detail
      print(...linesOf(facts))
      for (const { at, latencyMs, responseStatus, error, response } of tries ?? []) {
        const answer = responseStatus === undefined ? 'no answer' : `HTTP ${responseStatus}`
        const why = error === undefined || error === answer ? '' : `  ${error}`
        print(`- ${at}  ${answer} in ${latencyMs} ms${why}`)
        if (response) print(`  ${response}`)
      }
      if (headers !== undefined) print('', ...linesOf(headers))
      if (body !== undefined) print('', typeof body === 'string' ? body : JSON.stringify(body))
    })
}
