import { CommandError } from './failure'
import { reasonOf } from './send-results'

/** Everything that a server answered to a question, or that it did not answer. */
export type Answered =
  | {
      status: number
      text: string
      body: Record<string, unknown>
      headers?: Headers
    }
  | { status: undefined; reason: string }

// A server that is busy answers within a second; one that is stuck is as good as away.
const PATIENCE_MS = 15_000

/** Asks a server, which may be away. @param path relative to the address of the server */
export async function askServer(
  { url, key }: { url: URL; key?: string | undefined },
  path: string,
  more: { accept?: string; signal?: AbortSignal } = {},
): Promise<Answered> {
  const { accept = 'application/json', signal } = more
  const late = AbortSignal.timeout(PATIENCE_MS)
  try {
    const response = await fetch(new URL(path, url), {
      headers: { accept, ...(key && { authorization: `Bearer ${key}` }) },
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    })
    const text = await response.text()
    return { status: response.status, text, body: parsed(text), headers: response.headers }
  } catch (error) {
    const { name, message } = error as Error
    const reason = name === 'TimeoutError' ? `no answer in ${PATIENCE_MS / 1000} s` : message
    return { status: undefined, reason }
  }
}

/**
 * Asks a server for something that it has to give.
 * @throws {CommandError} with the reason that the server gives
 */
export async function requireFrom<Reply>(
  server: { url: URL; key?: string | undefined },
  path: string,
): Promise<Reply> {
  const answer = await askServer(server, path)
  if (answer.status === 200) return answer.body as Reply
  const { url } = server
  if (answer.status === undefined) {
    throw new CommandError(`nothing answers at ${url.href} (${answer.reason})`)
  }
  throw new CommandError(`${new URL(path, url)}: ${reasonOf(answer)}`)
}

/** Reads the members of an answer. A proxy's page is no JSON; it has no members for us. */
export function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
