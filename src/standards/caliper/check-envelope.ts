import { MAX_LISTED } from '../../error/listing'
import { show } from '../../error/shown-value'
import { isIri } from '../../syntax/iri'
import { isUtcMillis } from '../../syntax/timestamp'
import type { ReportedIssue } from '../standard'
import { error, isAbsent, required, warning } from './issues'
import { isNode } from './node'
import { sectionsOf } from './sections'
import { type CaliperVersion, contextIris, contextVersion, isOfficialContext } from './version'

const known = new Set(['sensor', 'sendTime', 'dataVersion', 'data'])

/**
 * 5.2: "The sensor, sendTime, dataVersion and data properties are required."
 * @param size how many items its `data` has; undefined when it is no array
 * @param version of the envelope; those of 1.0 have no `dataVersion`
 */
export function checkEnvelope(
  value: unknown,
  size: number | undefined,
  version: CaliperVersion,
): ReportedIssue[] {
  const spec = sectionsOf(version).envelope
  if (!isNode(value))
    return [error([], 'wrong_type', `Expected an object, got ${show(value)}`, spec)]
  function wrong(name: string, form: string, value: unknown, code = 'wrong_type'): ReportedIssue {
    return error([name], code, `Expected ${form}, got ${show(value)}`, spec)
  }

  const found: ReportedIssue[] = []
  const { sensor, sendTime, dataVersion, data } = value
  if (isAbsent(sensor)) found.push(required(['sensor'], spec))
  else if (typeof sensor !== 'string') found.push(wrong('sensor', 'a string', sensor))
  else if (!isIri(sensor)) {
    found.push(warning(['sensor'], 'invalid_iri', 'An IRI is recommended', spec))
  }

  if (isAbsent(sendTime)) found.push(required(['sendTime'], spec))
  else if (typeof sendTime !== 'string' || !isUtcMillis(sendTime)) {
    const form = 'YYYY-MM-DDTHH:mm:ss.SSSZ in UTC'
    found.push(wrong('sendTime', form, sendTime, 'invalid_timestamp'))
  }

  if (isAbsent(dataVersion)) {
    if (version !== '1.0') found.push(required(['dataVersion'], spec))
  } else if (!isOfficialContext(dataVersion)) {
    const isKnown = contextVersion(dataVersion) !== undefined
    const code = isKnown ? 'invalid_context' : 'unsupported_version'
    found.push(wrong('dataVersion', contextIris[version], dataVersion, code))
  }

  if (isAbsent(data)) found.push(required(['data'], spec))
  else if (size === undefined) found.push(wrong('data', 'an array', data))
  else if (size === 0) {
    found.push(wrong('data', 'one or more events or entities', data, 'empty_data'))
  }

  for (const name in value) {
    if (known.has(name)) continue
    if (found.length > MAX_LISTED) break
    found.push(error([name], 'unknown_property', 'No custom properties are permitted', spec))
  }
  return found
}
