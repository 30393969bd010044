import { randomUUID } from 'node:crypto'
import { createLaunches } from '../../access/cmi5/launches'
import { LAUNCH_DATA } from '../../access/cmi5/within'
import { AppError } from '../../error/app-error'
import type { Clock } from '../../platform/clock'
import { type DocumentStore, MAX_DOCUMENT_BYTES } from '../../platform/document-store'
import type { NamedAgent } from '../agent'
import { stateShelf } from '../document-places'
import { createDocuments } from '../documents'
import type { launchModes, moveOns } from './words'

/** One learner is to open one course. */
export interface Launching {
  tenantId: string
  /** What the course sends is stamped with this source. */
  sourceId: string
  /** The page of the course. Its own query is kept. */
  course: URL
  /** The server, as the learner's browser reaches it; with a slash at its end. */
  server: URL
  learner: NamedAgent
  /** A UUID in lower case. */
  registration: string
  /** The activity that statements are about, an IRI; the same at every launch of the course. */
  activityId: string
  /** The course's own id, an IRI other than `activityId` (cmi5, 9.6.2.3). */
  publisherId: string
  launchMode: (typeof launchModes)[number]
  moveOn: (typeof moveOns)[number]
  /** From 0 to 1. */
  masteryScore?: number | undefined
  launchParameters?: string | undefined
  returnUrl?: string | undefined
}

interface Needs {
  documents: DocumentStore
  clock: Clock
}

const SESSION_ID = 'https://w3id.org/xapi/cmi5/context/extensions/sessionid'

/**
 * Prepares a session: writes what the course reads of its launch, and makes the fetch token.
 * @returns the launch URL (cmi5, 8.1), good for one session
 * @throws {AppError} `invalid_request` when the course's URL has a parameter of cmi5 already
 */
export async function launch({ documents, clock }: Needs, launching: Launching): Promise<string> {
  const { tenantId, sourceId, learner, registration, activityId } = launching
  const sessionId = randomUUID()
  const parameters = {
    endpoint: new URL('xapi/', launching.server).href,
    fetch: new URL('xapi/cmi5/fetch/', launching.server).href,
    actor: JSON.stringify({ objectType: 'Agent', ...learner.agent }),
    registration,
    activityId,
  }
  requireNoneOf(Object.keys(parameters), launching.course)

  const { put } = createDocuments({ documents, maxBytes: MAX_DOCUMENT_BYTES })
  const shelf = stateShelf(learner.key, activityId, registration)
  const bytes = Buffer.from(JSON.stringify(launchData(launching, sessionId)))
  const sent = { bytes, contentType: 'application/json' }
  // 1.0.3 replaces a state that is there: the last launch is the one that counts.
  await put({ tenantId, shelf, id: LAUNCH_DATA }, sent, {}, '1.0.3')

  const session = { sourceId, sessionId, registration, agent: learner.key, activityId }
  const token = await createLaunches({ documents, clock }).begin(tenantId, session)
  return withParameters(launching.course, { ...parameters, fetch: parameters.fetch + token })
}

/** Writes the document `LMS.LaunchData` (cmi5, 10.0). */
function launchData(launching: Launching, sessionId: string) {
  const { publisherId, launchMode, moveOn, masteryScore, launchParameters, returnUrl } = launching
  return {
    contextTemplate: {
      contextActivities: { grouping: [{ objectType: 'Activity', id: publisherId }] },
      extensions: { [SESSION_ID]: sessionId },
    },
    launchMode,
    moveOn,
    masteryScore,
    launchParameters,
    returnURL: returnUrl,
  }
}

function requireNoneOf(names: readonly string[], { searchParams }: URL): void {
  const taken = names.find((name) => searchParams.has(name))
  if (taken === undefined) return
  const message = `Must have no parameter ${taken}, which is cmi5's own`
  throw new AppError('invalid_request', 'The address of the course cannot be used.', {
    errors: [{ path: ['course'], message, code: 'taken_parameter', spec: 'cmi5, 8.1' }],
  })
}

/** Adds parameters after the course's own, encoded for any reader: a space is `%20`, not `+`. */
function withParameters(course: URL, parameters: Record<string, string>): string {
  const added = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  const url = new URL(course)
  url.search = url.search === '' ? added : `${url.search}&${added}`
  return url.href
}
