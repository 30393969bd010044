import { Command, InvalidArgumentError, Option } from 'commander'
import { askServer } from './ask-server'
import { requireKeyOption, type ServerOptions, withServerOptions } from './server-options'
import { stopSignal } from './stop-signal'
import { conditionOf, filterOptions, questionOf, type TailFilters } from './tail/filters'
import { createFollow } from './tail/follow'
import { followQuarantine } from './tail/follow-quarantine'
import { followStream } from './tail/follow-stream'
import { createOutput } from './tail/output'
import { poll } from './tail/poll'

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
      new Option('--interval <seconds>', 'how soon to ask again').argParser(readSeconds).default(1),
    )
    .addOption(new Option('--limit <n>', 'end after so many').argParser(readCount))
    .addHelpText(
      'after',
      '\nBegins with what comes from now on: each event once, in the order of arrival, also after the\nserver was away. A server that sends no event streams is asked every second instead.',
    )
    .action(tail)
}

async function tail(options: Options) {
  const server = { url: options.url, key: requireKeyOption(options) }
  const { interval } = options
  const stopped = new AbortController()
  void stopSignal(() => process.exit(0)).then(() => stopped.abort())
  const { signal } = stopped
  const output = createOutput({ ...options, follows: options.quarantine ? 2 : 1 }, stopped)
  const ask = (path: string) => askServer(server, path, { signal })

  async function events() {
    const condition = conditionOf(options)
    const query = new URLSearchParams({ format: 'record' })
    if (condition !== undefined) query.set('filter', JSON.stringify(condition))
    if (await followStream({ ...server, query, interval }, output)) return
    const follow = createFollow(ask, questionOf(options))
    await poll({ name: 'events', follow, interval }, output)
  }

  async function quarantined() {
    const follow = followQuarantine(ask, options.source)
    await poll({ name: 'quarantine', follow, interval }, output)
  }

  try {
    await Promise.all([events(), options.quarantine && quarantined()])
  } finally {
    // What fails ends the other as well.
    stopped.abort()
  }
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
