import type { Context } from 'aws-lambda'

/** Lambda tells with each call how long it may take. */
export type Timed = Pick<Context, 'getRemainingTimeInMillis'>

/** Tells how much time is left of the call at hand: a sandbox of Lambda has one at a time. */
export function createTimeLeft() {
  let call: Partial<Timed> | undefined

  return {
    /** @returns ms; without end where no call is at hand, or none of Lambda's */
    ms: (): number => call?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY,

    /** Answers a call, of which the time is left that its context tells. */
    async during<Answer>(
      context: Partial<Timed> | undefined,
      answer: () => Promise<Answer>,
    ): Promise<Answer> {
      call = context
      try {
        return await answer()
      } finally {
        call = undefined
      }
    },
  }
}
