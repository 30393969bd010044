import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { type ApiClient, createApiClient } from '../api-client'
import { showShare } from '../progress'
import { renderTable } from '../table'
import { number } from '../tally'
import { gathered } from './settings'
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

/** A replay as the server shows it. */
interface Replay extends Record<string, unknown> {
  id: string
  status: string
  from: string
  to?: string
  types?: string[]
  /** Why it waits, or ended before its time. */
  reason?: string
  matched?: number
  /** So much of the time is gone through, 0 to 100. */
  percent?: number
}

interface Options extends CommonOptions {
  from: string
  to?: string
  type?: string[]
  wait?: true
  dryRun?: true
}

const ended = new Set(['done', 'cancelled', 'failed'])

export function replayCommand(): Command {
  return commandOfOne('replay', 'send it what arrived in a time, once more', 'write')
    .requiredOption('--from <time>', 'arrived at this time or later, e.g. 2026-11-21T09:30:00Z')
    .option('--to <time>', 'arrived before this time; now, unless said')
    .option(
      '--type <type>',
      'only of this type; may be repeated',
      gathered<string>((text) => text),
    )
    .option('--wait', 'wait until it is done, and show how far it is')
    .option('--dry-run', 'print what would be asked for, and begin nothing')
    .addHelpText(
      'after',
      '\nIt is read from the hot store and, beyond that, from the lake, and goes on after a restart.\nWith --wait, Ctrl-C ends the waiting, not the replay; exits with 1 unless all was sent.',
    )
    .action(replay)
}

async function replay(id: string, options: Options) {
  const { from, to, type: types } = options
  const asked = { from, ...(to !== undefined && { to }), ...(types !== undefined && { types }) }
  if (options.dryRun) {
    printJson(asked)
    return say('A dry run: nothing was begun.')
  }
  const ask = createApiClient(options)
  const begun = await ask<Replay>('POST', pathOf(id, 'replay'), asked)
  if (!options.wait) return show(begun, options)
  const last = await untilEnded(ask, id, begun)
  if (last.status !== 'done') process.exitCode = 1
  show(last, options)
}

// A person sees the bar move; a replay of hours costs the server next to nothing.
const LOOK_EVERY_MS = 1000

async function untilEnded(ask: ApiClient, id: string, begun: Replay): Promise<Replay> {
  say(`Replay ${begun.id} has begun (Ctrl-C ends the waiting, not the replay).`)
  using progress = showShare(process.stderr)
  let current = begun
  let said = stateOf(begun)
  while (!ended.has(current.status)) {
    await wait(LOOK_EVERY_MS)
    current = await ask<Replay>('GET', pathOf(id, 'replays', encodeURIComponent(begun.id)))
    const state = stateOf(current)
    progress.show(shareOf(current), `${state}, ${number(countOf(current))} events`)
    // Where there is no bar, one line says why nothing happens.
    if (state !== said && !ended.has(current.status) && !process.stderr.isTTY)
      say(`It is ${state}.`)
    said = state
  }
  return current
}

/** Says in a word how it is, and why it waits. */
function stateOf({ status, reason }: Replay): string {
  return reason === undefined || ended.has(status) ? status : `${status}: ${reason}`
}

function shareOf({ percent }: Replay): number | undefined {
  return percent === undefined ? undefined : percent / 100
}

/** So many events were found so far that the webhook is to get. */
function countOf({ matched = 0 }: Replay): number {
  return matched
}

function show(replay: Replay, { json }: { json?: true }) {
  if (json) return printJson(replay)
  print(...linesOf(replay))
}

export function replaysCommand(): Command {
  const one = commandOfOne('replays', 'list its replays, or show one', 'read')
  return one
    .argument('[replay]', 'as the list shows it')
    .action(async (id: string, replayId: string | undefined, options: CommonOptions) => {
      const ask = createApiClient(options)
      if (replayId !== undefined) {
        const path = pathOf(id, 'replays', encodeURIComponent(replayId))
        return show(await ask<Replay>('GET', path), options)
      }
      const replays = await readAll(ask, id)
      if (options.json) return printJson(replays)
      const rows = replays.map((one) => [
        ...[one.id, one.status, one.from, one.to, one.types?.join(' '), countOf(one)],
      ])
      const names = ['replay', 'status', 'from', 'to', 'types', 'events']
      process.stdout.write(`${renderTable(names, rows)}\n`)
    })
}

async function readAll(ask: ApiClient, id: string): Promise<Replay[]> {
  const replays: Replay[] = []
  let cursor: string | undefined
  do {
    const path = asking(pathOf(id, 'replays'), { cursor })
    const page = await ask<{ replays: Replay[]; nextCursor?: string | null }>('GET', path)
    replays.push(...page.replays)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return replays
}

const turns = {
  pause: 'have a replay wait, until it is resumed',
  resume: 'have a replay that waits go on',
  cancel: 'end a replay; what it has queued is still sent',
} as const

/** The commands `pause`, `resume` and `cancel`. */
export function turnCommands(): Command[] {
  return Object.entries(turns).map(([turn, description]) =>
    commandOfOne(turn, description, 'write')
      .argument('<replay>', 'as `webhooks replays` shows it')
      .action(async (id: string, replayId: string, options: CommonOptions) => {
        const path = pathOf(id, 'replays', encodeURIComponent(replayId), turn)
        show(await createApiClient(options)<Replay>('POST', path, {}), options)
      }),
  )
}
