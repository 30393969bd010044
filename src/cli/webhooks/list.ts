import type { Command } from 'commander'
import { createApiClient } from '../api-client'
import { renderTable } from '../table'
import {
  asking,
  type CommonOptions,
  commandOfOne,
  linesOf,
  pathOf,
  print,
  printJson,
  webhookCommand,
} from './shared'

/** A webhook as the server shows it: more than these members, and none that is secret. */
export interface View extends Record<string, unknown> {
  id: string
  name: string
  targetUrl: string
  events: string[]
  enabled: boolean
  disabled?: { at: string; by: string; reason?: string }
  health?: { failingSince: string; failures: number; lastFailure: string }
}

export function listCommand(): Command {
  return webhookCommand('list', 'list webhooks, oldest first', 'read').action(list)
}

async function list(options: CommonOptions) {
  const ask = createApiClient(options)
  const webhooks: View[] = []
  let cursor: string | undefined
  do {
    const path = asking('webhooks', { cursor })
    const page = await ask<{ webhooks: View[]; nextCursor?: string }>('GET', path)
    webhooks.push(...page.webhooks)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  if (options.json) return printJson(webhooks)
  const rows = webhooks.map((view) => [
    ...[view.id, view.name, stateOf(view), view.events.join(' '), view.targetUrl],
  ])
  process.stdout.write(`${renderTable(['id', 'name', 'state', 'events', 'target'], rows)}\n`)
}

export function getCommand(): Command {
  return commandOfOne(
    'get',
    'show a webhook; its secret and its headers are not shown',
    'read',
  ).action(async (id: string, options: CommonOptions) => {
    const view = await createApiClient(options)<View>('GET', pathOf(id))
    if (options.json) return printJson(view)
    print(...describe(view))
  })
}

/** Says in a word, and why, whether a webhook is sent events. */
export function stateOf({ enabled, disabled, health }: View): string {
  if (!enabled) {
    if (disabled?.by === 'gone') return 'disabled: 410 Gone'
    return disabled?.by === 'failures' ? 'disabled: it only failed' : 'disabled'
  }
  return health === undefined ? 'enabled' : 'failing'
}

export function describe(view: View): string[] {
  const { id, enabled: _, disabled, health, ...settings } = view
  const lines = [`${id}: ${stateOf(view)}`]
  if (disabled !== undefined) {
    const why = disabled.reason === undefined ? '' : ` (${disabled.reason})`
    lines.push(`disabled ${disabled.at} by ${disabled.by}${why}`)
  }
  if (health !== undefined) {
    const { failures, failingSince, lastFailure } = health
    lines.push(`${failures} attempts have failed since ${failingSince}; the last: ${lastFailure}`)
  }
  return [...lines, ...linesOf(settings)]
}
