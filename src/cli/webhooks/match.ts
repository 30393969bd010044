import { type Command, InvalidArgumentError, Option } from 'commander'
import { createApiClient } from '../api-client'
import { readDocuments } from '../documents'
import { CommandError } from '../failure'
import { describeIssue } from '../issue-text'
import { harmless, renderTable } from '../table'
import { readSettings, type Settings } from './settings'
import { type CommonOptions, pathOf, print, printJson, webhookCommand } from './shared'

interface Options extends CommonOptions {
  settings?: string
  event?: string
  last?: number
}

interface Judged {
  matches: boolean
  reasons: (string | { path?: (string | number)[] | string; message: string })[]
}

interface JudgedEvent extends Judged {
  eventId: string
  type?: string
}

export function matchCommand(): Command {
  return webhookCommand('match', 'say which events a webhook gets, and why not the others', 'read')
    .argument('[id]', 'as `webhooks list` shows it; or --settings')
    .option('--settings <file>', 'settings that are not saved yet, a JSON file')
    .option(
      '--event <file>',
      'an event as it would be sent here, a JSON file; `-` is standard input',
    )
    .addOption(new Option('--last <n>', 'the last that arrived, 1 to 100').argParser(readLast))
    .addHelpText(
      'after',
      '\nNothing is sent to anybody. Exits with 1 when the event of --event does not match.',
    )
    .action(match)
}

async function match(id: string | undefined, options: Options) {
  const { settings: file, event, last } = options
  if ((id === undefined) === (file === undefined)) {
    throw new CommandError('Name a webhook, or pass --settings FILE: one of them')
  }
  if ((event === undefined) === (last === undefined)) {
    throw new CommandError('Pass --event FILE, or --last N: one of them')
  }
  const what = event === undefined ? { last } : { event: await readEvent(event) }
  const path = id === undefined ? 'webhooks/match' : pathOf(id, 'match')
  const settings: { settings?: Settings } =
    file === undefined ? {} : { settings: await readSettings(file) }
  const ask = createApiClient(options)
  const answer = await ask<Judged | JudgedEvent[] | { events: JudgedEvent[] }>('POST', path, {
    ...settings,
    ...what,
  })
  if ('matches' in answer && !answer.matches && event !== undefined) process.exitCode = 1
  if (options.json) return printJson(answer)
  if ('matches' in answer && !Array.isArray(answer.matches)) {
    print(answer.matches ? 'It matches.' : 'It does not match.')
    for (const reason of answer.reasons) print(`- ${textOf(reason)}`)
    return
  }
  const list = Array.isArray(answer) ? answer : (answer as { events: JudgedEvent[] }).events
  const rows = list.map(({ eventId, type, matches, reasons }) => [
    ...[eventId, type, matches ? 'yes' : 'no', reasons.map(textOf).join('; ')],
  ])
  process.stdout.write(`${renderTable(['event', 'type', 'matches', 'why'], rows)}\n`)
  print(`${list.filter(({ matches }) => matches).length} of ${list.length} match`)
}

async function readEvent(file: string): Promise<unknown> {
  const [event, ...more] = await readDocuments(file)
  if (event !== undefined && more.length === 0) return event.value
  throw new CommandError(`${file} has ${more.length + 1} events: \`match\` takes one`)
}

function textOf(reason: Judged['reasons'][number]): string {
  if (typeof reason === 'string') return harmless(reason)
  const { path, message } = reason
  return harmless(describeIssue({ path: path === undefined ? [] : [path].flat(), message }))
}

function readLast(text: string): number {
  const last = Number(text)
  if (Number.isInteger(last) && last >= 1 && last <= 100) return last
  throw new InvalidArgumentError('It must be a whole number from 1 to 100.')
}
