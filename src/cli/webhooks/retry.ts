import type { Command } from 'commander'
import { createApiClient } from '../api-client'
import { CommandError } from '../failure'
import { number } from '../tally'
import { asking, type CommonOptions, commandOfOne, pathOf, printJson, say } from './shared'

interface Options extends CommonOptions {
  since?: string
  all?: true
  dryRun?: true
}

export function retryCommand(): Command {
  return commandOfOne('retry', 'try again what was given up', 'write')
    .argument('[delivery]', 'one, as `webhooks deliveries` shows it; or --since, or --all')
    .option('--since <time>', 'all failed ones that were queued at this time or later')
    .option('--all', 'all failed ones')
    .option('--dry-run', 'count them, and try none')
    .action(retry)
}

async function retry(id: string, deliveryId: string | undefined, options: Options) {
  const { since, all, json } = options
  const ways = [deliveryId, since, all].filter((way) => way !== undefined).length
  if (ways !== 1) throw new CommandError('Name a delivery, or pass --since, or --all: one of them')
  const ask = createApiClient(options)
  if (options.dryRun) {
    const found = await countFailed(id, deliveryId, options)
    return json ? printJson({ found }) : say(`${deliveries(found)} would be tried again.`)
  }
  if (deliveryId !== undefined) {
    const path = pathOf(id, 'deliveries', encodeURIComponent(deliveryId), 'retry')
    const answer = await ask<object>('POST', path, {})
    return json ? printJson(answer ?? { retried: 1 }) : say(`${deliveryId} is due at once.`)
  }
  const asked = { status: 'failed', ...(since !== undefined && { since }) }
  let retried = 0
  for (let isAll = false; !isAll; ) {
    const turn = await ask<{ retried: number; isAll?: boolean }>('POST', pathOf(id, 'retry'), asked)
    retried += turn.retried
    // The server works for a while at a time. A turn that found nothing is no reason for another.
    isAll = turn.isAll !== false || turn.retried === 0
  }
  if (json) return printJson({ retried })
  say(`${deliveries(retried)} ${retried === 1 ? 'is' : 'are'} due at once.`)
}

interface Page {
  deliveries: { status: string }[]
  nextCursor?: string | null
}

async function countFailed(id: string, deliveryId: string | undefined, options: Options) {
  const ask = createApiClient(options)
  if (deliveryId !== undefined) {
    const path = pathOf(id, 'deliveries', encodeURIComponent(deliveryId))
    return (await ask<{ status: string }>('GET', path)).status === 'failed' ? 1 : 0
  }
  let found = 0
  let cursor: string | undefined
  do {
    const asked = { status: 'failed', from: options.since, limit: '1000', cursor }
    const page = await ask<Page>('GET', asking(pathOf(id, 'deliveries'), asked))
    found += page.deliveries.length
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return found
}

function deliveries(count: number): string {
  return `${number(count)} ${count === 1 ? 'delivery' : 'deliveries'}`
}
