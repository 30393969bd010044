import { Command, InvalidArgumentError, Option } from 'commander'
import { createApiClient } from '../api-client'
import { CommandError } from '../failure'
import { type CommonOptions, print, printJson, say } from '../privacy/shared'
import { withServerOptions } from '../server-options'
import { pathOf } from './shared'

interface Options extends CommonOptions {
  group?: string
  source?: string
  limit: number
}

interface State {
  learner?: string
  of?: string
  source?: string
  group?: string
  state: unknown
  events: number
  through: string
}

interface Page {
  states?: State[]
  nextCursor?: string
}

const PAGE = 100

export function showCommand(): Command {
  const command = new Command('show').description('print the states of a reducer')
  return withServerOptions(command, 'a key with events:read or admin')
    .argument('<name>', 'as `nonius reducers list` has it')
    .argument('[learner]', 'as events name them; left out, everybody')
    .option('--group <id>', 'of the learners of this course or group, or of the group itself')
    .option('--source <id>', 'of this source, where a reducer has a state for each')
    .addOption(
      new Option('--limit <n>', 'end after so many').argParser(readCount).default(PAGE, `${PAGE}`),
    )
    .option('--json', 'print JSON')
    .action(show)
}

async function show(name: string, learner: string | undefined, options: Options) {
  const { group, source, limit, json } = options
  if ([learner, group, source].filter((one) => one !== undefined).length > 1) {
    throw new CommandError('Say one of a learner, --group and --source.')
  }
  const ask = createApiClient(options)
  const states: State[] = []
  let cursor: string | undefined
  do {
    const query = new URLSearchParams({
      limit: String(Math.min(limit - states.length, 1000)),
      ...(learner !== undefined && { learner }),
      ...(group !== undefined && { group }),
      ...(source !== undefined && { source }),
      ...(cursor !== undefined && { cursor }),
    })
    const page = await ask<Page>('GET', `${pathOf(name)}?${query}`)
    states.push(...(page.states ?? []))
    cursor = page.nextCursor
  } while (cursor !== undefined && states.length < limit)
  const shown = states.slice(0, limit)
  if (json) return printJson(shown)
  for (const one of shown) {
    const { events, through, state } = one
    const whose = [one.learner ?? one.source ?? one.group, one.of].filter(Boolean).join(' ')
    print(`${whose}  (${events} events, to ${through})\n  ${JSON.stringify(state)}`)
  }
  if (shown.length === 0) say('There is no state that you may see.')
  if (cursor !== undefined || shown.length < states.length) say('There are more: --limit.')
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 to 999999.')
}
