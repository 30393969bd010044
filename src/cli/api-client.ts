import { CommandError } from './failure'
import { reasonOf } from './send-results'
import { requireKeyOption, type ServerOptions } from './server-options'

/** An API client calls routes of a running server, with the key of the command line. */
export type ApiClient = <Reply>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  /** The path is relative to the address of the server, without a slash at its start. */
  path: string,
  /** It is sent as JSON, but a ZIP as it is. */
  body?: unknown,
) => Promise<Reply>

/** @throws {CommandError} when there is no key */
export function createApiClient(options: ServerOptions): ApiClient {
  const { url } = options
  const authorization = `Bearer ${requireKeyOption(options)}`

  /** @throws {CommandError} with the reason that the server gives */
  return async function ask<Reply>(method: string, path: string, body?: unknown): Promise<Reply> {
    const target = new URL(path, url)
    const isZip = body instanceof Uint8Array
    const headers = {
      authorization,
      'content-type': isZip ? 'application/zip' : 'application/json',
    }
    const sent =
      body === undefined
        ? {}
        : { body: isZip ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }
    const response = await fetch(target, { method, headers, ...sent }).catch((error: Error) => {
      throw new CommandError(`${url.origin} cannot be reached (${error.message})`)
    })
    const text = await response.text()
    if (response.status === 204) return undefined as Reply
    const answer = { status: response.status, body: parse(text) }
    if (response.ok && answer.body !== undefined) return answer.body as Reply
    const reason = { ...answer, body: answer.body ?? { detail: text.slice(0, 200) } }
    throw new CommandError(`${method} ${target.origin}${target.pathname}: ${reasonOf(reason)}`)
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined // it may be a proxy's page
  }
}
