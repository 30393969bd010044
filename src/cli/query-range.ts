import { InvalidArgumentError, Option } from 'commander'
import type { LakeAnswer } from '../query/ask-lake'
import { boundsOf, columnOf, conditionOf, measures, type Narrowing } from '../query/narrowing'
import { toTimeBound } from '../query/time-bound'
import { dayAt, zoneNamed } from '../query/zone'
import { harmless } from './table'

/** These options say which events a query is about, in whatever SQL. */
export function narrowingOptions(): Option[] {
  const option = (flags: string, description: string) => new Option(flags, description)
  return [
    option('--from <day>', 'the first day, or the time (ISO 8601) it begins at').argParser(toBound),
    option('--to <day>', 'the last day, or the time it ends before').argParser(toBound),
    option('--by <what>', '--from and --to go by when events arrived, or when they happened')
      .choices(measures)
      .default('arrival'),
    option('--timezone <name>', 'days are those of this zone, e.g. Europe/Berlin')
      .default('UTC')
      .argParser(toZone),
    option('--course <id>', 'only what happened in this course').argParser(toId),
    option('--person <id>', 'only what this person did, or what is about them').argParser(toId),
    option('--source <id>', 'only what this source sent').argParser(toId),
  ]
}

/** Takes the narrowing out of the options of a command. */
export function toNarrowing(options: Narrowing): Narrowing {
  const { from, to, by, course, person, source, timezone } = options
  return { from, to, by, course, person, source, timezone }
}

/** Judges a range. @returns a sentence about a range that ends before it begins, undefined for all others */
export function reversed(narrowing: Narrowing): string | undefined {
  const { start, end } = boundsOf(narrowing)
  if (start === undefined || end === undefined || start < end) return undefined
  const { from, to } = narrowing
  return `--from ${from} is not before --to ${to}: the range is reversed, and nothing can be in it`
}

/** Says what a range means. @returns undefined when no range is asked for */
export function said({ from, to, by, timezone = 'UTC' }: Narrowing): string | undefined {
  if (from === undefined && to === undefined) return undefined
  const range = [from && `from ${from}`, to && `to ${to}`].filter(Boolean).join(' ')
  return `Events that ${verb(by)} ${range} (${columnOf(by)}, ${timezone}).\n`
}

/** Writes SQL that finds out whether any event is meant. */
export function anySql(narrowing: Narrowing): string {
  return `SELECT 1 FROM events WHERE ${conditionOf(narrowing) ?? 'true'} LIMIT 1`
}

/** Writes SQL that finds the first and the last event that would be meant without a range. */
export function spanSql(narrowing: Narrowing): string {
  const column = columnOf(narrowing.by)
  const where = conditionOf({ ...narrowing, from: undefined, to: undefined }) ?? 'true'
  return `SELECT min(${column}) AS first, max(${column}) AS last FROM events WHERE ${where}`
}

/** Says where the data lies that a range has missed. @param answer that to `spanSql` */
export function hint(narrowing: Narrowing, { rows }: LakeAnswer): string {
  const { by, course, person, source, timezone = 'UTC' } = narrowing
  const filters = Object.entries({ course, person, source })
    .filter(([, id]) => id !== undefined)
    .map(([name, id]) => ` --${name} ${harmless(String(id))}`)
    .join('')
  const of = filters && ` with${filters}`
  const [first, last] = (rows[0] ?? []).map((time) => Date.parse(String(time)))
  if (first === undefined || last === undefined || Number.isNaN(first)) {
    return `The lake has no event${of}.\n`
  }
  const [from, to] = [dayAt(first, timezone), dayAt(last, timezone)]
  return `The events${of} that the lake has ${verb(by)} from ${from} to ${to}: --from ${from} --to ${to} has them all.\n`
}

function verb(by: Narrowing['by']): string {
  return by === 'event' ? 'happened' : 'arrived'
}

function toBound(value: string): string {
  if (toTimeBound(value)) return value
  throw new InvalidArgumentError(
    'It must be a day, e.g. 2026-11-21, or a time with its zone, e.g. 2026-11-21T09:30:00Z.',
  )
}

function toZone(value: string): string {
  const zone = zoneNamed(value)
  if (zone !== undefined) return zone
  throw new InvalidArgumentError(
    'It must be the name of a time zone in the IANA database, e.g. Europe/Berlin or UTC.',
  )
}

function toId(value: string): string {
  if (value.trim() !== '') return value
  throw new InvalidArgumentError('It must not be empty.')
}
