import { setTimeout as wait } from 'node:timers/promises'
import type { Answered } from '../ask-server'
import { CommandError } from '../failure'
import { reasonOf } from '../send-results'
import { lineOf, type Shown } from './line'

/** The terminal, or whoever reads: several things that are followed share it. */
export interface Output {
  /** Is aborted when enough is printed, or Ctrl-C was pressed. */
  signal: AbortSignal
  print(items: readonly Shown[]): Promise<void>
  say(text: string): void
  /**
   * Says once that something that is followed does not answer, or that it does again.
   * @param name of what is followed
   * @throws {CommandError} when waiting does not help, or the first question had no answer
   */
  trouble(name: string, answer: Answered | undefined): void
  pause(seconds: number): Promise<void>
}

interface Options {
  url: URL
  json?: true
  limit?: number
  /** So many things are followed. */
  follows: number
}

// After one of these every further question would be answered alike: wrong key, wrong address.
const HOPELESS = new Set([400, 401, 403, 404, 405])

export function createOutput(
  { url, json, limit, follows }: Options,
  stop: AbortController,
): Output {
  const { signal } = stop
  const begun = new Set<string>()
  const away = new Map<string, string>()
  let left = limit ?? Number.POSITIVE_INFINITY

  function say(text: string) {
    process.stderr.write(`${text}\n`)
  }

  function begin(name: string) {
    if (begun.has(name)) return
    begun.add(name)
    if (begun.size === follows) say(`Waiting for events at ${url.origin} (Ctrl-C ends).`)
  }

  return {
    signal,
    say,

    async print(items) {
      const shown = items.slice(0, left)
      left -= shown.length
      const text = shown.map((item) => `${lineOf(item, json ?? false)}\n`).join('')
      // Whoever reads slowly holds us up, and nothing piles up here.
      if (text !== '' && !process.stdout.write(text)) {
        await new Promise((resolve) => process.stdout.once('drain', resolve))
      }
      if (left === 0) stop.abort()
    },

    trouble(name, answer) {
      if (answer === undefined) {
        begin(name)
        if (away.delete(name) && away.size === 0) say('It answers again.')
        return
      }
      const reason =
        answer.status === undefined
          ? `nothing answers at ${url.href} (${answer.reason})`
          : `${url.origin}: ${reasonOf(answer)}`
      const isHopeless = !begun.has(name) || HOPELESS.has(answer.status ?? 0)
      if (isHopeless) throw new CommandError(reason)
      if (![...away.values()].includes(reason)) say(`${reason}; trying again`)
      away.set(name, reason)
    },

    async pause(seconds) {
      await wait(seconds * 1000, undefined, { signal }).catch(() => {})
    },
  }
}
