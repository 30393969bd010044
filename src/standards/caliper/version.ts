import { AppError } from '../../error/app-error'
import { spec } from './sections'

export type CaliperVersion = '1.0' | '1.1' | '1.2'

/** The context IRI of Caliper 1.2, which an envelope also names as its `dataVersion`. */
export const contextIri = 'http://purl.imsglobal.org/ctx/caliper/v1p2'

// Besides the official IRIs: https, a trailing slash (the specification's own text has both), the
// profile extensions of 1.1, and the address that caliper-js was once configured with.
const CONTEXT =
  /^https?:\/\/purl\.imsglobal\.org\/(?:ctx\/caliper\/(v1p[012]|v1)(?:\/(?:Context|\w+-extension))?|caliper\/(v1p[12])\/context\/Core)\/?$/

const versions: Record<string, CaliperVersion> = {
  v1: '1.0',
  v1p0: '1.0',
  v1p1: '1.1',
  v1p2: '1.2',
}

const official = new Set<unknown>([
  contextIri,
  'http://purl.imsglobal.org/ctx/caliper/v1p1',
  'http://purl.imsglobal.org/ctx/caliper/v1/Context',
])

/** Whether it is a context IRI to the letter, as an envelope's `dataVersion` must be (5.2). */
export function isOfficialContext(iri: unknown): boolean {
  return official.has(iri)
}

/** @returns undefined when `iri` is not a context of Caliper */
export function contextVersion(iri: unknown): CaliperVersion | undefined {
  if (iri === contextIri) return '1.2'
  if (typeof iri !== 'string') return undefined
  const match = CONTEXT.exec(iri)
  return match === null ? undefined : versions[match[1] ?? match[2]!]
}

/** Of an item's `@context`: a string, or an array in which the last of Caliper's decides (4.1). */
export function itemVersion(context: unknown): CaliperVersion | undefined {
  if (!Array.isArray(context)) return contextVersion(context)
  for (let at = context.length - 1; at >= 0; at -= 1) {
    const version = contextVersion(context[at])
    if (version !== undefined) return version
  }
  return undefined
}

/**
 * Of an envelope's `dataVersion`. Envelopes of 1.0 have none.
 * @throws {AppError} `unsupported_version` (6.1: "If the Endpoint cannot support the version of
 * Caliper data indicated by the Envelope's dataVersion field, reply with a 422")
 */
export function envelopeVersion(dataVersion: unknown): CaliperVersion {
  if (dataVersion === undefined || dataVersion === null) return '1.0'
  const version = contextVersion(dataVersion)
  if (version !== undefined) return version
  const message = `Must name Caliper 1.2, 1.1 or 1.0, as ${contextIri} does`
  throw new AppError('unsupported_version', `dataVersion: ${message}`, {
    errors: [{ path: ['dataVersion'], message, code: 'unsupported_version', spec: spec.responses }],
  })
}
