import { MAX_TRIES } from '../../delivery-log'
import type { AttemptRecord } from '../../delivery-queue'

// A target that is down mostly answers the same to every attempt: `null` stands for the answer to
// the one before.
type Stored = Omit<AttemptRecord, 'response'> & { response?: string | null | undefined }

export function triesOf(text: string | null): AttemptRecord[] {
  if (text === null) return []
  let last: string | undefined
  return (JSON.parse(text) as Stored[]).map(({ response, ...rest }) => {
    if (response === undefined) return rest
    last = response ?? last
    return { ...rest, response: last }
  })
}

function textOf(tries: readonly AttemptRecord[]): string {
  let last: string | undefined
  return JSON.stringify(
    tries.map(({ response, ...rest }): Stored => {
      if (response === undefined) return rest
      if (response === last) return { ...rest, response: null }
      last = response
      return { ...rest, response }
    }),
  )
}

/** Adds an attempt, and forgets the first beyond `MAX_TRIES`. */
export function withTry(text: string | null, attempt: AttemptRecord): string {
  if (text === null) return JSON.stringify([attempt])
  return textOf([...triesOf(text), attempt].slice(-MAX_TRIES))
}

/** Forgets what was answered. */
export function withoutAnswers(text: string | null): string | null {
  return text && textOf(triesOf(text).map(({ response: _, ...rest }) => rest))
}

/** Leaves out the answer to an attempt that sent what was erased since. */
export function toRemember(attempt: AttemptRecord | undefined, isErased: boolean | undefined) {
  if (attempt === undefined || isErased !== true) return attempt
  const { response: _, ...rest } = attempt
  return rest
}
