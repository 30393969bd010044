import { AppError } from '../../error/app-error'
import { type CaliperVersion, spec } from './sections'

export type { CaliperVersion } from './sections'

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

/** The context IRI of each version. */
export const contextIris: Readonly<Record<CaliperVersion, string>> = {
  '1.2': contextIri,
  '1.1': 'http://purl.imsglobal.org/ctx/caliper/v1p1',
  '1.0': 'http://purl.imsglobal.org/ctx/caliper/v1/Context',
}

const official = new Set<unknown>(Object.values(contextIris))

// 1.1 had further profiles, each with a context of its own.
const EXTENSION = /^http:\/\/purl\.imsglobal\.org\/ctx\/caliper\/v1p1\/(\w+)-extension$/

/** Tells whether it is a context IRI exactly, as an envelope's `dataVersion` must be (5.2). */
export function isOfficialContext(iri: unknown): boolean {
  return official.has(iri)
}

/** The profile whose extension of 1.1 a context is, e.g. `SurveyProfile`. */
export function extensionOf(iri: unknown): string | undefined {
  return typeof iri === 'string' ? EXTENSION.exec(iri)?.[1] : undefined
}

/** @returns undefined when `iri` is not a context of Caliper */
export function contextVersion(iri: unknown): CaliperVersion | undefined {
  if (iri === contextIri) return '1.2'
  if (typeof iri !== 'string') return undefined
  const match = CONTEXT.exec(iri)
  return match === null ? undefined : versions[match[1] ?? match[2]!]
}

/** Reads an item's `@context`: a string, or an array whose last of Caliper's decides (4.1). */
export function itemVersion(context: unknown): CaliperVersion | undefined {
  if (!Array.isArray(context)) return contextVersion(context)
  for (let at = context.length - 1; at >= 0; at -= 1) {
    const version = contextVersion(context[at])
    if (version !== undefined) return version
  }
  return undefined
}

/**
 * Guesses the version where neither the item's context nor its envelope says it: 1.0 wrote `@type`. Else the
 * newest is supposed.
 */
export function versionByForm(item: Readonly<Record<string, unknown>>): CaliperVersion {
  return item['@type'] !== undefined && item.type === undefined ? '1.0' : '1.2'
}

/**
 * Reads an envelope's `dataVersion`. @returns undefined where there is none, as in 1.0
 * @throws {AppError} `unsupported_version` (6.1: "If the Endpoint cannot support the version of
 * Caliper data indicated by the Envelope's dataVersion field, reply with a 422")
 */
export function envelopeVersion(dataVersion: unknown): CaliperVersion | undefined {
  if (dataVersion === undefined || dataVersion === null) return undefined
  const version = contextVersion(dataVersion)
  if (version !== undefined) return version
  const message = `Must name Caliper 1.2, 1.1 or 1.0, as ${contextIri} does`
  throw new AppError('unsupported_version', `dataVersion: ${message}`, {
    errors: [{ path: ['dataVersion'], message, code: 'unsupported_version', spec: spec.responses }],
  })
}
