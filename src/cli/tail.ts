import { setTimeout as wait } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type Answered, askServer } from './ask-server'
import { CommandError } from './failure'
import { reasonOf } from './send-results'
import { requireKeyOption, type ServerOptions, withServerOptions } from './server-options'
import { stopSignal } from './stop-signal'
import { filterOptions, filtersOf, type TailFilters } from './tail/filters'
import { createFollow, type Follow } from './tail/follow'
import { followQuarantine } from './tail/follow-quarantine'
import { lineOf, type Shown } from './tail/line'

interface Options extends ServerOptions, TailFilters {
  json?: true
  quarantine?: true
  interval: number
  limit?: number
}

export function tailCommand(): Command {
  const command = new Command('tail').description(
    'print new events as they come, one a line, until Ctrl-C',
  )
  for (const option of filterOptions()) command.addOption(option)
  return withServerOptions(command, 'a key with events:read (and quarantine:read)')
    .option('--json', 'print each whole, as it was sent')
    .option('--quarantine', 'print what goes to quarantine as well')
    .addOption(
      new Option('--interval <seconds>', 'how often to ask').argParser(readSeconds).default(1),
    )
    .addOption(new Option('--limit <n>', 'end after so many').argParser(readCount))
    .addHelpText(
      'after',
      '\nPolls the server, and begins with what comes from now on: each event once, in the order of\narrival, also after the server was away. Beyond a thousand a second it falls behind, and loses none.',
    )
    .action(tail)
}

async function tail(options: Options) {
  const server = { url: options.url, key: requireKeyOption(options) }
  const stopped = new AbortController()
  void stopSignal(() => process.exit(0)).then(() => stopped.abort())
  const { signal } = stopped
  const ask = (path: string) => askServer(server, path, { signal })
  const follows: Follow[] = [createFollow(ask, filtersOf(options))]
  if (options.quarantine) follows.push(followQuarantine(ask, options.source))

  let left = options.limit ?? Number.POSITIVE_INFINITY
  let away: string | undefined
  let isBegun = false
  while (!signal.aborted && left > 0) {
    let isAll = true
    let trouble: string | undefined
    for (const follow of follows) {
      const answer = await follow.next()
      if (signal.aborted) return
      if ('trouble' in answer) {
        trouble ??= troubleOf(answer.trouble, server.url, isBegun)
        continue
      }
      isAll &&= answer.isAll
      const shown = answer.items.slice(0, left)
      left -= shown.length
      await print(shown, options)
    }
    if (trouble !== undefined && trouble !== away) say(`${trouble}; trying again`)
    if (trouble === undefined && away !== undefined) say('It answers again.')
    if (trouble === undefined && !isBegun) {
      isBegun = true
      say(`Waiting for events at ${server.url.origin} (Ctrl-C ends).`)
    }
    away = trouble
    if (isAll || trouble !== undefined) await pause(options.interval, signal)
  }
}

// After one of these every further question would be answered alike: wrong key, wrong address.
const HOPELESS = new Set([400, 401, 403, 404, 405])

/** @throws {CommandError} when waiting does not help, or the first question had no answer */
function troubleOf(answer: Answered, url: URL, isBegun: boolean): string {
  const reason =
    answer.status === undefined
      ? `nothing answers at ${url.href} (${answer.reason})`
      : `${url.origin}: ${reasonOf(answer)}`
  if (!isBegun || HOPELESS.has(answer.status ?? 0)) throw new CommandError(reason)
  return reason
}

async function print(items: readonly Shown[], { json }: Options) {
  const text = items.map((item) => `${lineOf(item, json ?? false)}\n`).join('')
  // Whoever reads slowly holds us up, and nothing piles up here.
  if (text !== '' && !process.stdout.write(text)) {
    await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

async function pause(seconds: number, signal: AbortSignal) {
  await wait(seconds * 1000, undefined, { signal }).catch(() => {})
}

function say(text: string) {
  process.stderr.write(`${text}\n`)
}

function readSeconds(text: string): number {
  const seconds = Number(text)
  if (seconds >= 0.1 && seconds <= 3600) return seconds
  throw new InvalidArgumentError('It must be a number of seconds from 0.1 to 3600.')
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}
