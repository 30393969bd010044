const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/**
 * Reads the rate of a schedule. @returns milliseconds. @throws for schedules of another kind, which
 * nothing here uses
 */
export function rateOf(expression: string): number {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  if (count === undefined) throw new Error(`only rate(…) is emulated; got ${expression}`)
  return Number(count) * UNITS[unit]!
}

/** Calls a function at a steady rate; a call that is not over yet makes the next one wait its turn. */
export function startSchedule(expression: string, invoke: () => Promise<unknown>): AsyncDisposable {
  let running: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(invoke)
  }, rateOf(expression))
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}
