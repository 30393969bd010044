import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError } from './failure'

/** An answer is the reply of a server to one request. */
export interface Answer {
  status: number
  body: Record<string, unknown>
}

export interface PostOptions {
  url: URL
  key: string
  retries: number
  /** Headers beside the key's; `content-type` is `application/json` unless it is among them. */
  headers?: Readonly<Record<string, string>> | undefined
  /** `post` calls this before each pause. */
  onRetry(reason: string, seconds: number): void
}

// A server answers so that is full, restarting or behind a balancer. A resend is safe: the server
// recognises what it has stored.
const WORTH_ANOTHER_TRY = new Set([429, 502, 503, 504])

// A person at a terminal waits a minute; a server that asks for more is tried then anyway.
const LONGEST_PAUSE_SECONDS = 60

/**
 * Sends an envelope, again and again while the server cannot take it.
 * @throws {CommandError} when the server cannot be reached, or stays unable to take it
 */
export async function post(
  body: string,
  { url, key, retries, headers, onRetry }: PostOptions,
): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await once(body, url, key, headers)
    if (!('again' in outcome)) return outcome
    if (attempt === retries)
      throw new CommandError(`${outcome.again}; gave up after ${attempt + 1} attempts`)
    const seconds = Math.min(outcome.after ?? 2 ** attempt, LONGEST_PAUSE_SECONDS)
    onRetry(outcome.again, seconds)
    await sleep(seconds * 1000)
  }
}

type Outcome = Answer | { again: string; after?: number | undefined }

async function once(
  body: string,
  url: URL,
  key: string,
  more: PostOptions['headers'],
): Promise<Outcome> {
  let response: Response
  let text: string
  try {
    const usual = { 'content-type': 'application/json' }
    const headers = { ...usual, ...more, authorization: `Bearer ${key}` }
    response = await fetch(url, { method: 'POST', headers, body })
    text = await response.text()
  } catch (error) {
    return { again: `${url.origin} cannot be reached (${(error as Error).message})` }
  }
  const { status } = response
  const sent = parse(text)
  // Its tenant has this sender wait for minutes or days: nobody at a terminal waits for that.
  if (WORTH_ANOTHER_TRY.has(status) && sent.code !== 'held_back') {
    const asked = Number(response.headers.get('retry-after') ?? Number.NaN)
    return {
      again: `the server answers ${status}`,
      after: Number.isFinite(asked) ? asked : undefined,
    }
  }
  return { status, body: sent }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // The answer is not one of ours: it may be a proxy's page.
  }
  return { detail: text.slice(0, 200) }
}
