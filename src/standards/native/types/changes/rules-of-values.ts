import type { Issue } from '../../../../error/issue'
import { breaking, type Comparison } from './comparison'
import { canonicalValue, type SchemaObject } from './schema'

const allTypes = ['null', 'boolean', 'number', 'string', 'array', 'object']

/** Says what a value may not be any more, whatever it has inside. */
export function ofValues(comparison: Comparison): Issue[] {
  const { was } = comparison
  const known = finite(was)
  return [
    ...ofTypes(comparison, known),
    ...ofChoices(comparison, known),
    ...ofBounds(comparison),
    ...ofFormat(comparison),
    ...(mayBe(was, 'number') ? ofSteps(comparison) : []),
  ]
}

/** The only values that were good, where they were listed. */
function finite({ const: only, enum: several }: SchemaObject): readonly unknown[] | undefined {
  if (only !== undefined) return [only]
  return Array.isArray(several) ? several : undefined
}

function typesOf({ type }: SchemaObject): readonly unknown[] | undefined {
  return type === undefined ? undefined : [type].flat()
}

export function mayBe(schema: SchemaObject, type: string): boolean {
  const types = typesOf(schema)
  if (types === undefined || types.includes(type)) return true
  return type === 'number' && types.includes('integer')
}

function ofTypes({ was, now, path }: Comparison, known: readonly unknown[] | undefined): Issue[] {
  const allowed = typesOf(now)
  if (allowed === undefined) return []
  const before = known?.map(typeOf) ?? typesOf(was) ?? allTypes
  const lost = before.filter((type) => !isIn(allowed, type))
  if (lost.length === 0) return []
  const names = [...new Set(lost)].join(', ')
  return [breaking([...path, 'type'], `Was taken before, and is not now: ${names}`)]
}

function isIn(allowed: readonly unknown[], type: unknown): boolean {
  return allowed.includes(type) || (type === 'integer' && allowed.includes('number'))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

function ofChoices({ now, path }: Comparison, known: readonly unknown[] | undefined): Issue[] {
  return (['enum', 'const'] as const).flatMap((keyword) => {
    if (now[keyword] === undefined) return []
    const at = [...path, keyword]
    if (known === undefined) return [breaking(at, 'Any value was taken here before')]
    const taken = new Set([...finite({ [keyword]: now[keyword] })!].map(canonicalValue))
    const lost = known.map(canonicalValue).filter((text) => !taken.has(text))
    if (lost.length === 0) return []
    const shown = known.filter((value) => lost.includes(canonicalValue(value))).slice(0, SHOWN)
    return [breaking(at, `No longer listed: ${JSON.stringify(shown).slice(1, 200)}`)]
  })
}

// A person sees from a few of them which list it is.
const SHOWN = 10

const lengths = [
  ['string', 'minLength', 'maxLength'],
  ['array', 'minItems', 'maxItems'],
  ['object', 'minProperties', 'maxProperties'],
] as const

function ofBounds(comparison: Comparison): Issue[] {
  const { was, now, path } = comparison
  const issues: Issue[] = []
  for (const [type, least, most] of lengths) {
    if (!mayBe(was, type)) continue
    const [before, after] = [was, now].map((schema) => ({
      least: numberIn(schema[least]) ?? 0,
      most: numberIn(schema[most]) ?? Number.POSITIVE_INFINITY,
    })) as [Span, Span]
    if (after.least > before.least)
      issues.push(tighter([...path, least], before.least, after.least))
    if (after.most < before.most) issues.push(tighter([...path, most], before.most, after.most))
  }
  return mayBe(was, 'number') ? [...issues, ...ofNumbers(comparison)] : issues
}

interface Span {
  least: number
  most: number
}

function ofNumbers({ was, now, path }: Comparison): Issue[] {
  return ([1, -1] as const).flatMap((side) => {
    const [before, after] = [boundOf(was, side), boundOf(now, side)]
    // Turned round, the greatest is the least.
    const isWeaker =
      after.value < before.value ||
      (after.value === before.value && (before.isOpen || !after.isOpen))
    if (isWeaker) return []
    return [tighter([...path, after.keyword], side * before.value, side * after.value)]
  })
}

function boundOf(schema: SchemaObject, side: 1 | -1) {
  const [closed, open] =
    side === 1 ? ['minimum', 'exclusiveMinimum'] : ['maximum', 'exclusiveMaximum']
  const at = (keyword: string) => {
    const value = numberIn(schema[keyword])
    return value === undefined ? Number.NEGATIVE_INFINITY : side * value
  }
  const isOpen = at(open!) >= at(closed!) && at(open!) !== Number.NEGATIVE_INFINITY
  const keyword = isOpen ? open! : closed!
  return { keyword, value: at(keyword), isOpen }
}

function ofFormat({ was, now, path }: Comparison): Issue[] {
  if (now.format === undefined || now.format === was.format) return []
  return [breaking([...path, 'format'], `Before, the form was ${shown(was.format)}`)]
}

function ofSteps({ was, now, path }: Comparison): Issue[] {
  const [before, after] = [numberIn(was.multipleOf), numberIn(now.multipleOf)]
  if (now.multipleOf === undefined || before === after) return []
  const isFiner =
    Number.isSafeInteger(before) && Number.isSafeInteger(after) && before! % after! === 0
  if (isFiner) return []
  return [breaking([...path, 'multipleOf'], `Before, it was a multiple of ${shown(before)}`)]
}

function tighter(path: Issue['path'], before: number, after: number): Issue {
  const said = Number.isFinite(before) ? `${before}` : 'without a bound'
  return breaking(path, `Tightened: ${said} before, ${after} now`)
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function shown(value: unknown): string {
  return value === undefined ? 'any' : JSON.stringify(value).slice(0, 80)
}
