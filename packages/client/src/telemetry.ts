import { createClient } from './client'
import type { Client, ClientOptions } from './contract'
import { isPage } from './page'

/** Says where the events of all sessions go, and how; sessions are named one by one. */
export type TelemetryOptions = Omit<ClientOptions, 'sessionId'>

type QuestionId = string | null | undefined

/** A payload can be left out where its type requires nothing of it. */
export type ToldOf<Payload> =
  Record<never, never> extends Payload
    ? [payload?: Payload | undefined, questionId?: QuestionId]
    : [payload: Payload, questionId?: QuestionId]

/** Tells of one session of a test, as players do that were written for `/v1/telemetry/events`. */
export interface TelemetryClient<Events extends object = Record<string, object>> {
  /**
   * Takes an event. It returns at once and never throws.
   * @param questionId the question that it happened to, if it happened to one
   */
  track<Type extends keyof Events & string>(type: Type, ...rest: ToldOf<Events[Type]>): void
  /** Sends what waits, before a redirect, say. Resolves when it was acknowledged or has failed once; never rejects. */
  flush(): Promise<void>
}

// A server would otherwise keep a client for each session that there ever was. A page ends by itself, and until
// then one may wait there for a network.
const IDLE_MS = 10 * 60_000

interface Line {
  client: Client
  idle?: ReturnType<typeof setTimeout>
}

const lines = new Map<string, Line>()
let settings: TelemetryOptions | undefined
let isMissingTold = false

/**
 * Says where events go. Call it where the program starts, before anything is tracked. Without it, the
 * settings of the page's script tag hold, if it has one.
 */
export function configureTelemetry(options: TelemetryOptions): void {
  settings = { ...options }
}

/** Says what the person decided, after `configureTelemetry`: for all sessions that there are, and that come. */
export function consentToTelemetry(given: boolean): void {
  const found = settingsFound()
  if (found !== undefined) settings = { ...found, consent: given }
  for (const { client } of lines.values()) client.consent(given)
}

/**
 * Makes a client of one session. It costs nothing before its first event; however many are made of one
 * session and source, they share one queue.
 * @param source the application that tells; left out, the one in the settings, else `web`
 */
export function createTelemetryClient<Events extends object = Record<string, object>>(
  sessionId: string,
  source?: string,
): TelemetryClient<Events> {
  return {
    track(type, ...rest: [payload?: unknown, questionId?: QuestionId]) {
      const [payload, questionId] = rest
      const options = questionId ? { questionId } : {}
      lineOf(sessionId, source)?.client.track(type, (payload ?? {}) as object, options)
    },
    async flush() {
      const found = settingsOf(sessionId, source)
      // Whoever has told nothing has nothing to send.
      await (found && lines.get(keyOf(found)))?.client.flush()
    },
  }
}

function lineOf(sessionId: string, source: string | undefined): Line | undefined {
  const found = settingsOf(sessionId, source)
  if (found === undefined) return tellMissing()
  const key = keyOf(found)
  let line = lines.get(key)
  if (line === undefined) {
    line = { client: createClient(found) }
    lines.set(key, line)
  }
  if (!isPage()) awaitIdle(key, line)
  return line
}

function awaitIdle(key: string, line: Line): void {
  clearTimeout(line.idle)
  line.idle = setTimeout(() => end(key, line), IDLE_MS)
  // It must not keep the process.
  const timer = line.idle as { unref?: () => void }
  timer.unref?.()
}

function end(key: string, line: Line): void {
  // What waits for a person's word would be lost.
  if (settingsFound()?.consent === 'pending') {
    awaitIdle(key, line)
    return
  }
  lines.delete(key)
  // The next event of the session makes another, which counts from 1 again.
  void line.client.close()
}

type Complete = ClientOptions & { sessionId: string }

function settingsOf(sessionId: string, source: string | undefined): Complete | undefined {
  const found = settingsFound()
  return found && { ...found, sessionId, source: source ?? found.source ?? 'web' }
}

function keyOf({ url, key, sessionId, source }: Complete): string {
  return JSON.stringify([url, key, sessionId, source])
}

function settingsFound(): TelemetryOptions | undefined {
  const { nonius } = globalThis as { nonius?: { settings?: TelemetryOptions } }
  return settings ?? nonius?.settings
}

function tellMissing(): undefined {
  if (isMissingTold) return
  isMissingTold = true
  console.warn('[nonius] events are lost: call configureTelemetry({ url, key }) before the first')
}
