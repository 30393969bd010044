import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { AppContext } from './context'
import { hasKeyInQuery, KEY_IN_QUERY } from './credentials'
import type { z } from './zod'

// Characters of a value that a problem repeats: enough to recognise it, less than a page.
const SHOWN = 80
// Issues that `detail` names in one sentence; `errors` has them all.
const MAX_SAID = 20

/**
 * Parses `input` by its schema.
 * @param hidden top-level names whose values are not repeated: somebody may have pasted a secret
 * @throws {AppError} `invalid_request` naming each path, value and rule
 */
export function parseAs<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  hidden: readonly string[] = [],
): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap((issue) => issuesOf(issue, input, hidden))
  // A body may have a hundred thousand unknown names; the first of them say what is wrong.
  const said = errors.slice(0, MAX_SAID).map(({ path, message }) => [...path, message].join(': '))
  throw new AppError('invalid_request', said.join('; '), { errors })
}

/**
 * Parses the query, but for a key in it. A parameter that is not known is refused rather than left out: a misspelt filter
 * would find everything.
 * @throws {AppError} `invalid_request`
 */
export function parseQuery<Schema extends z.ZodType>(
  schema: Schema,
  c: AppContext,
): z.output<Schema> {
  const { [KEY_IN_QUERY]: key = [], ...others } = c.req.queries()
  const sent = hasKeyInQuery(c) || key.length === 0 ? others : { ...others, [KEY_IN_QUERY]: key }
  const entries = Object.entries(sent).map(([name, [value, ...more]]) => {
    return [name, more.length > 0 ? sent[name] : value]
  })
  return parseAs(schema, Object.fromEntries(entries))
}

/**
 * Parses the headers that a schema names, in whatever case they were sent.
 * @throws {AppError} `invalid_request`
 */
export function parseHeaders<Schema extends z.ZodObject>(
  schema: Schema,
  c: AppContext,
): z.output<Schema> {
  const sent = Object.keys(schema.shape).map((name) => [name, c.req.header(name)])
  return parseAs(schema, Object.fromEntries(sent.filter(([, value]) => value !== undefined)))
}

function issuesOf(issue: z.core.$ZodIssue, input: unknown, hidden: readonly string[]): Issue[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
  if (issue.code === 'unrecognized_keys') {
    const unknown = { message: 'Not known here', code: 'unknown_name' }
    return issue.keys.map((key) => ({ path: [...path, key], ...unknown }))
  }
  // A reader of ours has said all of it.
  const said = issue.code === 'custom' ? issue.params?.code : undefined
  if (typeof said === 'string') return [{ path, message: issue.message, code: said }]
  const value = valueAt(input, path)
  if (issue.code === 'invalid_type' && value === undefined) {
    return [{ path, message: 'Required', code: 'required' }]
  }
  // A rule of ours may have said it in words.
  const isSaid = issue.message.includes('; got ')
  const isHidden = isSaid || value === undefined || hidden.includes(String(path[0]))
  const shown = isHidden ? '' : `; got ${shownOf(value)}`
  const code = issue.code === 'custom' ? 'invalid_value' : issue.code
  return [{ path, message: `${issue.message}${shown}`, code }]
}

function shownOf(value: unknown): string {
  try {
    return JSON.stringify(value).slice(0, SHOWN)
  } catch {
    return 'what is nested too deep to show' // V8 reads ten thousand levels, but does not write them
  }
}

function valueAt(input: unknown, path: readonly (string | number)[]): unknown {
  let value = input
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}
