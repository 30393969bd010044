import { type Command, InvalidArgumentError, Option } from 'commander'
import { readConditionText } from '../../event/conditions'
import { deliveryFormats, signatureSchemes } from '../../platform/registry/webhooks'
import { readDocuments } from '../documents'
import { CommandError } from '../failure'
import { describeIssue } from '../issue-text'

/** Settings say in HTTP how a webhook is to be; every member may be left out. */
export type Settings = Record<string, unknown>

export interface SettingsOptions {
  settings?: string
  name?: string
  event?: string[]
  rule?: unknown
  filter?: unknown[]
  format?: string
  field?: string[]
  batch?: { maxEvents: number; maxSeconds?: number }
  maxBytes?: number
  ordered?: true
  gzip?: true
  signature?: string[]
  header?: Record<string, string>
  maxConcurrent?: number
  maxPerSecond?: number
}

/** Adds the options that say which events a webhook gets: of `create`, `update` and `listen`. */
export function withChoiceOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--event <type>',
        'a type, e.g. GradeEvent; may be repeated. All, if none',
      ).argParser(gathered<string>((text) => text)),
    )
    .addOption(
      new Option('--rule <json>', 'a condition that must hold (docs/filters.md)').argParser(
        readCondition,
      ),
    )
    .addOption(
      new Option('--filter <json>', 'a further one; may be repeated').argParser(
        gathered(readJson('{"path":"payload.score","lt":0.5}')),
      ),
    )
}

/** Adds the options that say how a message is made: of `create`, `update` and `listen`. */
export function withMessageOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'what a message has of its events').choices(deliveryFormats),
    )
    .addOption(
      new Option(
        '--field <path>',
        'only this of each event, e.g. actor.id; may be repeated',
      ).argParser(gathered<string>((text) => text)),
    )
    .addOption(
      new Option(
        '--batch <events[,seconds]>',
        'a message has at most so many events, and waits so long for more: 1, or 500,10',
      ).argParser(readBatch),
    )
    .addOption(new Option('--max-bytes <n>', 'of a body').argParser(readWhole))
    .option('--gzip', 'compress bodies')
    .addOption(
      new Option('--signature <scheme>', 'v1 (a secret) or v1a (a key pair); may be repeated')
        .choices(signatureSchemes)
        .argParser(gathered(readScheme)),
    )
}

/** Adds the options that a webhook has alone, and the file that may hold all of them. */
export function withSettingsOptions(command: Command): Command {
  return withMessageOptions(withChoiceOptions(command.option('--name <name>', 'for people')))
    .option('--ordered', 'one message at a time for each actor, in order')
    .addOption(
      new Option('--header <header>', "one of your own, 'Name: value'; may be repeated").argParser(
        readHeader,
      ),
    )
    .addOption(
      new Option('--max-concurrent <n>', 'at most so many attempts at once').argParser(readWhole),
    )
    .addOption(
      new Option('--max-per-second <n>', 'at most so many attempts a second').argParser(readAmount),
    )
    .option('--settings <file>', 'a JSON file of settings; `-` reads standard input')
}

/**
 * Returns the settings of the file and of the options, which win.
 * @throws {CommandError} when the file is none
 */
export async function settingsOf(options: SettingsOptions): Promise<Settings> {
  const { event, rule, filter, field, batch, signature, header, gzip } = options
  const { name, format, ordered, maxBytes, maxConcurrent, maxPerSecond } = options
  const said: Settings = {
    ...{ name, events: event, rule, filters: filter, format, fields: field, batch, maxBytes },
    ...{ ordered, signatures: signature, headers: header, maxConcurrent, maxPerSecond },
    ...(gzip && { contentEncoding: 'gzip' }),
  }
  const filed = options.settings === undefined ? {} : await readSettings(options.settings)
  return { ...filed, ...withoutAbsent(said) }
}

/** @throws {CommandError} when the file is not a JSON object */
export async function readSettings(file: string): Promise<Settings> {
  const [settings, ...more] = await readDocuments(file)
  const value = settings?.value
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && more.length === 0) {
    return value as Settings
  }
  throw new CommandError(`${file} does not have settings: it must be one JSON object`)
}

const secretMembers = ['secret', 'privateKey']

/** Returns settings as they may be shown: what is secret in them is not. */
export function shownSettings(settings: Settings): Settings {
  const shown = { ...settings }
  for (const name of secretMembers) if (shown[name] !== undefined) shown[name] = '•••'
  const { headers } = shown
  if (typeof headers === 'object' && headers !== null) {
    shown.headers = Object.fromEntries(Object.keys(headers).map((name) => [name, '•••']))
  }
  return shown
}

function withoutAbsent(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

/** Makes a reader of an option that may be repeated. */
export function gathered<Value>(read: (text: string) => Value) {
  return (text: string, before: Value[] = []): Value[] => [...before, read(text)]
}

function readScheme(text: string): string {
  const known: readonly string[] = signatureSchemes
  if (known.includes(text)) return text
  throw new InvalidArgumentError(`It must be ${signatureSchemes.join(' or ')}.`)
}

/** Reads a condition, so that a mistake is told before anything is asked. */
function readCondition(text: string): unknown {
  const { condition, errors } = readConditionText(text)
  if (errors === undefined) return condition
  throw new InvalidArgumentError(`${errors.map(describeIssue).join('; ')}.`)
}

function readJson(example: string) {
  return (text: string): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      throw new InvalidArgumentError(`It must be JSON, such as ${example}.`)
    }
  }
}

function readBatch(text: string): { maxEvents: number; maxSeconds?: number } {
  const found = /^(\d{1,3})(?:,(\d{1,2}(?:\.\d+)?))?$/.exec(text)
  const maxEvents = Number(found?.[1])
  const maxSeconds = found?.[2] === undefined ? undefined : Number(found[2])
  if (maxEvents >= 1 && maxEvents <= 500 && (maxSeconds ?? 0) <= 60) {
    return { maxEvents, ...(maxSeconds !== undefined && { maxSeconds }) }
  }
  throw new InvalidArgumentError('It must be 1 to 500 events, and 0 to 60 seconds: 100 or 500,10.')
}

// RFC 9110, 5.1 and 5.5: a name is a token. The server says which names are not to be had.
function readHeader(text: string, before: Record<string, string> = {}): Record<string, string> {
  const found = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\r\n]*?)[ \t]*$/.exec(text)
  if (found !== null) return { ...before, [found[1]!]: found[2]! }
  throw new InvalidArgumentError("It must look like 'Name: value'.")
}

export function readWhole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}

function readAmount(text: string): number {
  const amount = Number(text)
  if (amount > 0 && Number.isFinite(amount)) return amount
  throw new InvalidArgumentError('It must be a number above 0.')
}
