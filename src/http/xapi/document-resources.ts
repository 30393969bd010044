import type { DocumentKind } from '../../statements/document-places'
import { z } from '../zod'
import type { XapiRight } from './admit'
import { agent, iri, uuid } from './parameters'

/** The parameters of all three resources; each resource has some of them. */
export interface DocumentQuery {
  agent?: string
  activityId?: string
  registration?: string | undefined
  stateId?: string | undefined
  profileId?: string | undefined
  since?: string | undefined
}

/** A document resource, and everything in which it differs from the others. */
export interface DocumentResource {
  kind: DocumentKind
  path: string
  /** The operations are named by it, e.g. `putXapiState`. */
  name: string
  /** Names its documents for a person. */
  noun: string
  section: string
  rights: Record<'read' | 'write', [XapiRight]>
  /** The parameters that name a shelf. */
  shelf: z.ZodRawShape
  /** The parameter that names a document of it. */
  id: z.ZodRawShape
  /** All documents of a shelf can be deleted at once. */
  deletesAll: boolean
  /** Says for a person what `document-rules.ts` makes of a put without preconditions. */
  barePut: string
}

/** A document is bytes of any type. */
export const documentBytes = z.string().openapi({ format: 'binary' })

export const anyDocument = {
  required: true,
  description: 'The document. Without a `Content-Type` it is `application/octet-stream`',
  content: {
    'application/json': {
      schema: z.looseObject({}).openapi({ description: 'JSON, to be merged later' }),
      example: { bookmark: 'page-7', volume: 0.5 },
    },
    '*/*': { schema: documentBytes },
  },
}

/** Names the section of the specification that has a resource. */
export function specOf({ section, rights }: DocumentResource): string {
  const rightNames = [...rights.read, ...rights.write].map((right) => `\`${right}\``).join(' or ')
  return `xAPI 1.0.3, Communication, ${section}. Scope ${rightNames}.`
}

const id = (description: string) => z.string().min(1, 'Must not be empty').openapi({ description })
const activityId = iri('The activity', 'https://example.edu/courses/7')

export const resources: readonly DocumentResource[] = [
  {
    kind: 'state',
    path: '/xapi/activities/state',
    name: 'XapiState',
    noun: 'state',
    section: '2.3',
    rights: { read: ['state/read'], write: ['state/write'] },
    shelf: {
      activityId,
      agent: agent('Whose state it is: an agent or an identified group, as JSON'),
      registration: uuid('The registration; states without one are others').optional(),
    },
    id: { stateId: id('The state') },
    deletesAll: true,
    barePut: '1.0.3 replaces, and 2.0 creates only (409 when there is one).',
  },
  {
    kind: 'activityProfile',
    path: '/xapi/activities/profile',
    name: 'XapiActivityProfile',
    noun: 'profile of an activity',
    section: '2.7',
    rights: { read: ['profile/read'], write: ['profile/write'] },
    shelf: { activityId },
    id: { profileId: id('The profile') },
    deletesAll: false,
    barePut: '1.0.3 refuses (400, or 409 when there is one), and 2.0 creates only.',
  },
  {
    kind: 'agentProfile',
    path: '/xapi/agents/profile',
    name: 'XapiAgentProfile',
    noun: 'profile of an agent',
    section: '2.6',
    rights: { read: ['profile/read'], write: ['profile/write'] },
    shelf: { agent: agent('Whose profile it is: an agent or an identified group, as JSON') },
    id: { profileId: id('The profile') },
    deletesAll: false,
    barePut: '1.0.3 refuses (400, or 409 when there is one), and 2.0 creates only.',
  },
]
