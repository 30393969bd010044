import type { Issue } from '../../error/issue'
import type { Reading } from '../../event/reading'
import { checkCaliper } from './conformance'

/**
 * Gives a reading its report on each of its items, by the text of the standard: worked out when it is
 * asked for, since most sources never ask.
 */
export function explained(reading: Reading): Reading {
  const { dataVersion } = reading.context
  const around = dataVersion === undefined ? '' : `"dataVersion":${JSON.stringify(dataVersion)},`

  function explain(raw: string, index: number): Issue[] {
    const { errors } = checkCaliper(`{${around}"data":[${raw}]}`)
    // Issues of the envelope would be those of our own envelope, not of the sender's.
    const own = errors.filter(({ path }) => path[0] === 'data' && path[1] === 0)
    return own.map((issue) => ({ ...issue, path: ['data', index, ...issue.path.slice(2)] }))
  }

  return { ...reading, explain }
}
