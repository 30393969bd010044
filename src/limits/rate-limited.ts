import { AppError } from '../error/app-error'
import type { Allowance } from './windows'

/** Says to a caller that this was one too many, and when to go on. */
export function rateLimited({ rate, resetSeconds }: Allowance): AppError {
  const detail = `At most ${rate.most} requests in ${rate.windowMs / 1000} s may come from one key, tenant or address; go on in ${resetSeconds} s. Nothing of this one was looked at.`
  return new AppError('rate_limited', detail, { retryAfter: resetSeconds })
}
