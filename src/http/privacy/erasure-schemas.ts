import { AppError } from '../../error/app-error'
import { MAX_ID_LENGTH } from '../../event/limits'
import type { SignedCertificate } from '../../privacy/certificates/certificate'
import { type Erasure, erasureModes, erasureStatuses, phases } from '../../privacy/erasures/erasure'
import { MAX_IDS } from '../../privacy/erasures/subject'
import { z } from '../zod'

const ids = z.array(z.string().min(1).max(MAX_ID_LENGTH)).max(MAX_IDS)

export const ErasureSubject = z
  .strictObject({
    actorIds: ids.optional().openapi({
      description:
        'Ids as events name them, of up to 10,000 people. An address is found with and without `mailto:` and as its hash; an account is written `HOMEPAGE|NAME`',
    }),
    userId: z.string().min(1).max(MAX_ID_LENGTH).optional(),
    userIds: ids.optional().openapi({
      description:
        'Ids by which your issuers and applications know people; also found as accounts of the tenant’s issuers',
    }),
  })
  .refine(({ actorIds = [], userId, userIds = [] }) => {
    return actorIds.length > 0 || userId !== undefined || userIds.length > 0
  }, 'Must name somebody')
  .openapi('ErasureSubject')

export function subjectOf({ actorIds, userId, userIds = [] }: z.output<typeof ErasureSubject>) {
  return { actorIds, userIds: userId === undefined ? userIds : [userId, ...userIds] }
}

export const subjectExample = { actorIds: ['https://example.edu/users/554433'] }

const time = z.iso.datetime()

const FileChangeView = z
  .object({
    path: z.string(),
    before: z.string().openapi({ description: 'SHA-256 of its bytes' }),
    after: z.string().optional().openapi({ description: 'Absent when the file is gone' }),
    removed: z.int(),
  })
  .openapi('ErasureFile')

const PlaceView = z
  .object({
    place: z.string(),
    method: z.string().openapi({ description: 'How it was searched' }),
    looked: z.int().openapi({ description: 'Records, items, documents that were looked at' }),
    found: z.int(),
    removed: z.int(),
    files: z.array(FileChangeView).optional(),
    goneBy: z.string().optional().openapi({ description: 'By this day the last copy is gone' }),
    remains: z.string().optional(),
    notes: z.array(z.string()).optional(),
  })
  .openapi('ErasurePlace')

const CertificateView = z
  .object({
    certificate: z.looseObject({ type: z.string(), erasureId: z.string() }),
    signature: z.object({ alg: z.string(), kid: z.string(), value: z.string() }),
  })
  .openapi('ErasureCertificate', {
    description:
      'The signature is Ed25519 over the certificate as canonical JSON, by the key at `GET /privacy/certificates/key`',
  })

export const ErasureView = z
  .object({
    id: z.string(),
    status: z.enum(erasureStatuses).openapi({ description: '`waiting` can be cancelled' }),
    mode: z.enum(erasureModes),
    dryRun: z.boolean(),
    reason: z.string(),
    by: z.string().openapi({ description: 'The id of the key that asked for it' }),
    problem: z.string().optional().openapi({ description: 'Why it waits, or failed' }),
    ids: z.int().openapi({ description: 'So many ids were given' }),
    spellings: z.int().openapi({ description: 'So many texts are looked for' }),
    requestedAt: time,
    startedAt: time.optional(),
    finishedAt: time.optional(),
    phase: z.enum(phases),
    places: z
      .array(PlaceView)
      .openapi({ description: 'Places that are done, and the present one' }),
    putBack: z.int().optional().openapi({ description: 'Events put back without the people' }),
    verifies: z.string().optional().openapi({ description: 'It searches again for this erasure' }),
    verdict: z.object({ isGenuine: z.boolean(), isClean: z.boolean() }).optional(),
    certificate: CertificateView.optional().openapi({ description: 'When it is done' }),
  })
  .openapi('Erasure')

export function erasureViewOf(
  erasure: Erasure,
  certificate?: SignedCertificate,
): z.output<typeof ErasureView> {
  const { erasureId: id, isDryRun: dryRun, partial, places, status, mode, reason, by } = erasure
  const { problem, ids: given, spellings, requestedAt, startedAt, finishedAt } = erasure
  const { phase, putBack, verifies, verdict } = erasure
  return {
    ...{ id, status, mode, dryRun, reason, by, problem, ids: given, spellings },
    ...{ requestedAt, startedAt, finishedAt, phase },
    places: partial === undefined ? places : [...places, partial],
    ...{ putBack, verifies, verdict },
    ...(certificate && {
      certificate: { ...certificate, certificate: { ...certificate.certificate } },
    }),
  }
}

export const erasureExample = {
  id: 'ers_019ac8d1a6c80c1d2e3f40516273',
  status: 'waiting' as const,
  mode: 'delete' as const,
  dryRun: false,
  reason: 'Request of 21 November',
  by: 'key_5f2c1d9e',
  ids: 1,
  spellings: 1,
  requestedAt: '2026-11-21T09:30:00.000Z',
  phase: 'tombstones' as const,
  places: [],
}

export const ErasureParams = z.object({
  id: z.string().openapi({ example: erasureExample.id }),
})

export function noSuchErasure(): AppError {
  return new AppError('not_found', 'There is no erasure with this id.')
}
