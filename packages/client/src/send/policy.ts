/** The part of an answer that decides what is done next. */
export interface Answer {
  /** 0 where there was none: no network, no answer in time, a redirect that may not be followed. */
  status: number
  /** `Retry-After`: seconds, or a date of HTTP. */
  retryAfter?: string | null
  /** `RateLimit-Remaining`, `RateLimit-Reset`: how many requests are left, for how many seconds. */
  remaining?: string | null
  reset?: string | null
  /** The `code` of a problem document: the server itself answered, not what stands before it. */
  code?: unknown
}

/** Says what is done next. */
export interface Verdict {
  /**
   * `sent`: a receipt says more. `kept`: all of it is sent again. `less`: fewer at a time. `last`: what could
   * be the cause goes behind the others. `refused`: none of it will ever be taken, or
   * the server holds all of it as what it could not store.
   */
  next: 'sent' | 'kept' | 'less' | 'last' | 'refused'
  /** Milliseconds until the next request. */
  wait: number
  /** Whether the server asked for that wait. */
  isAsked: boolean
}

interface Tried {
  /** So many requests failed before this one, since one did not. */
  failures: number
  /** So many events were in it. */
  count: number
  /** From 0 to below 1. */
  dice: number
  /** Milliseconds since 1970, for dates. */
  now: number
}

const SECOND = 1000
const LONGEST_BACKOFF = 60 * SECOND
// However the dice fall, a server that fails is given a moment.
const SHORTEST_BACKOFF = 100
// A server that asks for more is asked again after an hour all the same: it may have meant another.
const LONGEST_ASKED = 3600 * SECOND
// Somebody has to correct a key or an address first.
const FOR_PEOPLE = 300 * SECOND
// So often one request may break the server before single events are suspected of it.
const SUSPECT = 2

/** Judges an answer. */
export function verdictOf(answer: Answer, { failures, count, dice, now }: Tried): Verdict {
  const { status, code, retryAfter, remaining, reset } = answer
  const isOver = remaining === '0' && (status < 300 || status === 429)
  const said = retryAfter ?? (isOver && reset) ?? ''
  // Seconds, or a date; what is neither is no wish.
  const wish = Number(said) ? Number(said) * SECOND : Date.parse(said || '') - now
  const asked = wish > 0 ? Math.min(wish, LONGEST_ASKED) : 0
  if (status && status < 300) return { next: 'sent', wait: asked, isAsked: !!asked }

  const isAlone = count === 1
  const isContent = status === 400 || status === 409 || status === 422
  if (status === 413 || (isContent && typeof code === 'string')) {
    const next = isAlone || code === 'not_conformant' ? 'refused' : 'less'
    return { next, wait: 0, isAsked: false }
  }

  const isPassing =
    status < 400 || status > 499 || status === 408 || status === 425 || status === 429 || isContent
  const own = isPassing
    ? Math.max(SHORTEST_BACKOFF, dice * Math.min(LONGEST_BACKOFF, SECOND * 2 ** failures))
    : FOR_PEOPLE
  // Who was told the same wait does not come at the same moment.
  const wait = Math.max(asked * (1 + dice / 10), own)
  const isSuspect = status === 500 && failures >= SUSPECT
  return { next: isSuspect ? (isAlone ? 'last' : 'less') : 'kept', wait, isAsked: !!asked }
}
