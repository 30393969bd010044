import { CommandError } from '../failure'
import { reasonOf } from '../send-results'
import type { ServerOptions } from '../server-options'

export interface TypesAnswer {
  status: number
  body: Record<string, unknown>
}

// The server looks through a day of events for five seconds at most.
const PATIENCE_MS = 60_000

/** Calls the routes of event types. @throws {CommandError} when nothing answers */
export async function askTypes(
  { url, key }: ServerOptions,
  method: 'GET' | 'PUT' | 'DELETE',
  /** The path is the part below `event-types`, with the query. */
  path: string,
  body?: unknown,
): Promise<TypesAnswer> {
  const target = new URL(`api/v1/event-types${path}`, url)
  const response = await fetch(target, {
    method,
    headers: {
      accept: 'application/json',
      ...(key && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: Error) => {
    throw new CommandError(`${url.origin} cannot be reached (${error.message})`)
  })
  const text = await response.text()
  return { status: response.status, body: membersOf(text) }
}

/** @throws {CommandError} with the reason that the server gives */
export async function requireTypes(
  ...asked: Parameters<typeof askTypes>
): Promise<Record<string, unknown>> {
  const answer = await askTypes(...asked)
  if (answer.status < 300) return answer.body
  const [{ url }, method, path] = asked
  const address = new URL(`api/v1/event-types${path}`, url)
  throw new CommandError(`${method} ${address.origin}${address.pathname}: ${reasonOf(answer)}`)
}

function membersOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // A proxy's page, or an answer without a body.
  }
  return text === '' ? {} : { detail: text.slice(0, 200) }
}
