import type { Context } from 'aws-lambda'

/** Lambda tells with each call how long it may take. */
export type Timed = Pick<Context, 'getRemainingTimeInMillis'>

/**
 * Tells how much time is left of the call at hand: a sandbox of Lambda has one at a time, in which several answers
 * may be given.
 */
export function createTimeLeft() {
  let call: Partial<Timed> | undefined
  let answers = 0

  return {
    /** @returns ms; without end where no call is at hand, or none of Lambda's */
    ms: (): number => call?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY,

    /** Answers a call, of which the time is left that its context tells. */
    async during<Answer>(
      context: Partial<Timed> | undefined,
      answer: () => Promise<Answer>,
    ): Promise<Answer> {
      call = context
      answers += 1
      try {
        return await answer()
      } finally {
        answers -= 1
        if (answers === 0) call = undefined
      }
    },
  }
}
