import { AppError } from '../../../error/app-error'
import { volumesOf } from '../../../privacy/access/archive'
import {
  type AccessRequest,
  accessFiles,
  accessStatuses,
  accessSteps,
} from '../../../privacy/access/request'
import type { AppContext, AppDeps } from '../../context'
import { absoluteUrl } from '../../links'
import { z } from '../../zod'

const time = z.iso.datetime()

export const AccessParams = z.object({
  id: z.string().max(64).openapi({ example: 'acc_5f0c2a1e-8f5b-4a41-9b0e-2a1f8c7d6e5f' }),
})

export const AccessView = z
  .object({
    id: z.string(),
    status: z.enum(accessStatuses).openapi({
      description: '`ready`: it can be fetched. `expired`: its files are deleted; ask again.',
    }),
    createdAt: time.openapi({ description: 'What arrived before then is in it' }),
    step: z.enum(accessSteps).openapi({ description: 'What it is at, in this order' }),
    found: z
      .object(Object.fromEntries(accessFiles.map((file) => [file, z.int()])))
      .openapi({ description: 'Lines of each file, so far' }),
    daysLeft: z.int().optional().openapi({ description: 'Days of arrival still to be read' }),
    readyAt: time.optional(),
    expiresAt: time.optional().openapi({ description: 'Its files are deleted then' }),
    problem: z.string().optional().openapi({ description: 'Why it failed' }),
    files: z
      .array(
        z.object({
          url: z.string().openapi({ description: 'Good without a key, for an hour' }),
          expiresAt: time,
        }),
      )
      .openapi({
        description:
          'ZIP files; one, unless it is larger than an answer may be (on AWS). Each has as many of the lines as fit.',
      }),
  })
  .openapi('AccessRequest')

export const accessExample: z.output<typeof AccessView> = {
  id: 'acc_5f0c2a1e-8f5b-4a41-9b0e-2a1f8c7d6e5f',
  status: 'ready',
  createdAt: '2026-11-21T09:30:00.000Z',
  step: 'done',
  found: { events: 1204, quarantine: 1, documents: 3, consents: 1, recipients: 2 },
  readyAt: '2026-11-21T09:30:09.000Z',
  expiresAt: '2026-11-28T09:30:09.000Z',
  files: [
    {
      url: 'https://nonius.example.edu/privacy/access-files/eyJ0IjoiZGVmYXVsdCJ9.q83vEjRWeJCrze8SNFZ4kA',
      expiresAt: '2026-11-21T10:31:00.000Z',
    },
  ],
}

// Long enough to fetch it, and too short to be found in a history of a browser and used.
const LINK_MS = 60 * 60 * 1000
export const FILE_QUESTION = 'access file'

/** A link says this, signed. */
export interface FileLink {
  tenantId: string
  accessId: string
  volume: number
  until: string
}

// A ZIP is compressed as parts are in the store, and so about as large; a fifth is room enough.
export const VOLUME_SHARE = 0.8

export async function accessViewOf(
  c: AppContext,
  { platform, options, services: { clock } }: AppDeps,
  request: AccessRequest,
): Promise<z.output<typeof AccessView>> {
  const { accessId: id, tenantId, status, createdAt, step, place, found, parts } = request
  const { readyAt, expiresAt, problem } = request
  const daysLeft = step === 'events' ? { daysLeft: place.days?.length ?? 0 } : {}
  const view = { id, status, createdAt, step, found, ...daysLeft, readyAt, expiresAt, problem }
  if (status !== 'ready') return { ...view, files: [] }
  const signer = await platform.tokens()
  const until = new Date(clock.now().getTime() + LINK_MS).toISOString()
  const files = volumesOf({ parts } as AccessRequest, maxBytesOf(options)).map(({ number }) => {
    const link: FileLink = { tenantId, accessId: id, volume: number, until }
    const token = signer.issue(link, FILE_QUESTION)
    return { url: absoluteUrl(c, `/privacy/access-files/${token}`), expiresAt: until }
  })
  return { ...view, files }
}

export function maxBytesOf({ maxReplyBytes }: AppDeps['options']): number | undefined {
  return maxReplyBytes && maxReplyBytes * VOLUME_SHARE
}

export function noSuchRequest(): AppError {
  return new AppError(
    'not_found',
    'There is no access request of this id, or it was made more than 30 days ago.',
  )
}
