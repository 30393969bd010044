import { columns } from '../../event/columns'
import type { Condition, Scalar } from '../../event/condition'
import { fieldNames } from '../../event/conditions/fields'
import { indexedFields, residualFields } from '../../event/filter'
import { toTimeBound } from '../../query/time-bound'
import { z } from '../zod'

/** These fields have parameters of their own (`list-events.ts`), which stores know. */
const others: readonly string[] = [...indexedFields, ...residualFields, 'kind']

const fields = fieldNames
  .filter((name) => !others.includes(name))
  .map((name) => {
    const column = columns.find(({ from }) => from.join('.') === name)
    // When its hot copy expires is the one field that the lake has no column for.
    return column ?? { name, type: 'timestamp', from: [name], comment: 'when its hot copy expires' }
  })

type Field = (typeof fields)[number]

const rules = {
  double: 'Must be a number',
  bigint: 'Must be a number',
  boolean: 'Must be true or false',
  timestamp: 'Must be a date or an ISO 8601 date-time, e.g. 2026-11-21T09:30:00Z',
} as const

/** Reads a value as a field has it. @returns undefined where it cannot have that */
function valueIn(text: string, type: Field['type']): Scalar | undefined {
  if (type === 'string' || type === 'strings') return text
  if (type === 'boolean') return { true: true, false: false }[text]
  if (type === 'timestamp') return toTimeBound(text)
  const number = Number(text)
  return text.trim() === '' || !Number.isFinite(number) ? undefined : number
}

function parameterOf({ type, comment }: Field) {
  const said = type === 'strings' ? `${comment}; one of the list` : comment
  return z
    .string()
    .min(1)
    .transform((text, context): Scalar => {
      const value = valueIn(text, type)
      if (value !== undefined) return value
      context.addIssue({ code: 'custom', message: rules[type as keyof typeof rules] })
      return z.NEVER
    })
    .optional()
    .openapi({ type: 'string', description: `${said[0]!.toUpperCase()}${said.slice(1)}` })
}

type Parameter = ReturnType<typeof parameterOf>

/** Declares a parameter for every other field of the record; all of them must have the value that is given. */
export const fieldParameters: Readonly<Record<string, Parameter>> = Object.fromEntries(
  fields.map((field) => [field.from.join('.'), parameterOf(field)]),
)

/** Makes conditions of the fields among what was given, and leaves the rest. */
export function conditionsIn<Given extends object>(given: Given) {
  const [conditions, rest]: [Condition[], Record<string, unknown>] = [[], {}]
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(fieldParameters, name)) rest[name] = value
    else if (value !== undefined) conditions.push({ path: name, equals: value })
  }
  return { conditions, rest: rest as Omit<Given, keyof typeof fieldParameters> }
}
