import { type Command, InvalidArgumentError, Option } from 'commander'
import { createApiClient } from '../api-client'
import { readDocuments } from '../documents'
import { CommandError } from '../failure'
import { describeIssue } from '../issue-text'
import { renderTable } from '../table'
import { readSettings, type Settings } from './settings'
import { type CommonOptions, pathOf, print, printJson, webhookCommand } from './shared'

interface Options extends CommonOptions {
  settings?: string
  event?: string
  source?: string
  last?: number
}

interface Judged {
  matches: boolean
  reasons: { path: (string | number)[]; message: string }[]
  /** So many more were left out. */
  moreReasons?: number
  /** These of `fields` find nothing in this event. */
  fieldsWithout?: string[]
}

interface JudgedEvent extends Judged {
  eventId: string
  type: string
}

export function matchCommand(): Command {
  return webhookCommand('match', 'say which events a webhook gets, and why not the others', 'read')
    .argument('[id]', 'as `webhooks list` shows it; or --settings')
    .option('--settings <file>', 'settings that are not saved yet, a JSON file')
    .option(
      '--event <file>',
      'an event as it would be sent here, a JSON file; `-` is standard input',
    )
    .option('--source <id>', 'with --event: as if this source had sent it')
    .addOption(new Option('--last <n>', 'the last that arrived, 1 to 100').argParser(readLast))
    .addHelpText(
      'after',
      '\nNothing is sent to anybody. Exits with 1 when the event of --event does not match.',
    )
    .action(match)
}

async function match(id: string | undefined, options: Options) {
  const { settings: file, event, source, last } = options
  if ((id === undefined) === (file === undefined)) {
    throw new CommandError('Name a webhook, or pass --settings FILE: one of them')
  }
  if ((event === undefined) === (last === undefined)) {
    throw new CommandError('Pass --event FILE, or --last N: one of them')
  }
  const what = event === undefined ? { last } : { event: await readEvent(event) }
  const path = id === undefined ? 'webhooks/match' : pathOf(id, 'match')
  const settings = file === undefined ? {} : { settings: await unsaved(file) }
  const asked = { ...settings, ...what, ...(source !== undefined && { source }) }
  const ask = createApiClient(options)
  const answer = await ask<Judged | JudgedEvent[]>('POST', path, asked)
  if (!Array.isArray(answer) && !answer.matches) process.exitCode = 1
  if (options.json) return printJson(answer)
  if (!Array.isArray(answer)) {
    print(answer.matches ? 'It matches.' : 'It does not match.', ...notesOf(answer).map(listed))
    return
  }
  const rows = answer.map((event) => [
    ...[event.eventId, event.type, event.matches ? 'yes' : 'no', notesOf(event).join('; ')],
  ])
  process.stdout.write(`${renderTable(['event', 'type', 'matches', 'why'], rows)}\n`)
  print(`${answer.filter(({ matches }) => matches).length} of ${answer.length} match`)
}

/** A file for `create` may leave the target to its argument, and have a secret: neither is looked at. */
async function unsaved(file: string): Promise<Settings> {
  const { secret: _, ...settings } = await readSettings(file)
  return { targetUrl: 'https://localhost', ...settings }
}

const listed = (note: string) => `- ${note}`

function notesOf({ reasons, moreReasons, fieldsWithout }: Judged): string[] {
  return [
    ...reasons.map(describeIssue),
    ...(moreReasons === undefined ? [] : [`and ${moreReasons} more`]),
    ...(fieldsWithout ?? []).map((field) => `fields: nothing stands at ${field}`),
  ]
}

async function readEvent(file: string): Promise<unknown> {
  const [event, ...more] = await readDocuments(file)
  if (event !== undefined && more.length === 0) return event.value
  throw new CommandError(`${file} has ${more.length + 1} events: \`match\` takes one`)
}

function readLast(text: string): number {
  const last = Number(text)
  if (Number.isInteger(last) && last >= 1 && last <= 100) return last
  throw new InvalidArgumentError('It must be a whole number from 1 to 100.')
}
