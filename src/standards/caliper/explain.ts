import type { Issue } from '../../error/issue'
import type { Reading } from '../../event/reading'
import type { Steps } from '../../syntax/steps'
import { checkCaliper } from './conformance'

/**
 * Adds to a reading what the standard's text has against each of its items: worked out when it is
 * asked for, since most sources never ask.
 */
export function explained(reading: Reading): Reading {
  const { dataVersion } = reading.context
  const around = dataVersion === undefined ? '' : `"dataVersion":${JSON.stringify(dataVersion)},`

  function explain(raw: string, index: number): Issue[] {
    const { errors } = checkCaliper(`{${around}"data":[${raw}]}`)
    // What the report says of the envelope is of ours, not of the sender's.
    const own = errors.filter(({ path }) => path[0] === 'data' && path[1] === 0)
    return own.map((issue) => ({ ...issue, path: ['data', index, ...issue.path.slice(2)] }))
  }

  return { ...reading, explain }
}

/** As `explained`, once it is read. */
export function* explaining(steps: Steps<Reading>): Steps<Reading> {
  return explained(yield* steps)
}
