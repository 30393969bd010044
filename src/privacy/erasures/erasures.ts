import { randomBytes } from 'node:crypto'
import type { AuditTrail } from '../../audit/trail'
import { AppError } from '../../error/app-error'
import type { PersonalData } from '../../governance/personal/personal'
import type { Tombstones } from '../../governance/tombstones/tombstones'
import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import type { Log } from '../../telemetry/log'
import { createCertificates, isSigned, type SignedCertificate } from '../certificates/certificate'
import { type CertificateKeys, createCertificateKeys } from '../certificates/keys'
import { assertPeople, type NobodyNeeds } from '../nobody'
import { createAside } from './anonymise/aside'
import { createCarryOut } from './carry-out'
import { type Erasure, type ErasureMode, isOver, type Whose } from './erasure'
import type { Holders } from './places'
import { startErasureRunner } from './runner'
import { createErasureStore, type ErasureStore } from './store'
import { findPeople, MAX_IDS, type People, type Subject } from './subject'

export interface AskedErasure {
  subject: Subject
  mode: ErasureMode
  reason: string
  isDryRun: boolean
  /** The id of the key that asks. */
  by: string
}

/** Erases people from everything that is kept of a tenant, and certifies it. */
export interface Erasures extends AsyncDisposable {
  /** Asks for an erasure, which goes on in the background. @throws {AppError} */
  begin(tenantId: string, asked: AskedErasure): Promise<Erasure>
  get(whose: Whose): Promise<Erasure | undefined>
  /** Lists a tenant's, the latest first. */
  list(tenantId: string): Promise<Erasure[]>
  /** Cancels one that still waits. @throws {AppError} `wrong_state` @returns undefined when there is none */
  cancel(whose: Whose): Promise<Erasure | undefined>
  certificate(whose: Whose): Promise<SignedCertificate | undefined>
  publicKey: CertificateKeys['publicKey']
  /**
   * Has every place searched again for the people of a certificate, and its signature verified: a dry run
   * with a verdict, in the background.
   * @throws {AppError} `wrong_state` without a certificate; `invalid_request` for other people
   */
  verify(whose: Whose, subject: Subject, by: string): Promise<Erasure>
  /** Lifts tombstones, so that these people may come again. */
  lift(tenantId: string, subject: Subject, by: string): Promise<{ lifted: number }>
  /** Carries on what waits, for at most so long, where a job does it (on AWS). */
  carryOn(maxMs: number): Promise<void>
}

export interface ErasuresNeeds {
  documents: DocumentStore
  /** Tells which words are nobody's id. */
  typeCounts: NobodyNeeds['typeCounts']
  registry: NobodyNeeds['registry']
  box(): Promise<SecretBox>
  tombstones: Tombstones
  /** Has every copy. Left out where this process may not search all: then another carries erasures out. */
  holders?: Holders | undefined
  /** If true, this process lives on, and carries erasures out by itself. */
  runs: boolean
  pseudonyms?: Parameters<typeof findPeople>[0]['pseudonyms']
  /** Loads what takes people out of events. */
  personal(): Promise<PersonalData>
  audit?: Pick<AuditTrail, 'append'> | undefined
  remains: readonly string[]
  graceMs: number
  clock: Clock
  log: Log
}

// A tenant's wait one after another; a hundred are a million people.
const MOST_OPEN = 100
// So many people are one sealed part, some hundred kilobytes.
const A_PART = 1000

export function createErasures(needs: ErasuresNeeds): Erasures {
  const { documents, tombstones, holders, audit, clock, log } = needs
  const store = createErasureStore(needs)
  const keys = createCertificateKeys(needs)
  const certificates = createCertificates({ documents, keys })
  const advance =
    holders &&
    createCarryOut({
      ...{ holders, store, tombstones, clock },
      certificates: {
        issue: certificates.issue,
        async isGenuine(whose) {
          const signed = await certificates.get(whose)
          return signed !== undefined && isSigned(signed, await keys.publicKey(whose.tenantId))
        },
      },
      ...{ remains: needs.remains, graceMs: needs.graceMs },
      aside: createAside({ ...holders, store, personal: needs.personal }),
      async audit(erasure, action) {
        const { tenantId, erasureId, by, mode, ids } = erasure
        await audit?.append(tenantId, { action, by, target: erasureId, details: { mode, ids } })
      },
    })
  const runner = needs.runs && advance ? startErasureRunner({ store, advance, log }) : undefined

  async function begin(tenantId: string, asked: AskedErasure & Pick<Erasure, 'verifies'>) {
    const { subject, mode, reason, isDryRun, by, verifies } = asked
    const open = (await store.open()).filter((one) => one.tenantId === tenantId)
    if (open.length >= MOST_OPEN) {
      throw new AppError('limit_reached', `${open.length} erasures wait or are under way.`)
    }
    const people = await findPeople(needs, tenantId, subject)
    // To look for a word harms nobody.
    if (verifies === undefined) await assertPeople(needs, tenantId, people.ids)
    const now = clock.now()
    // The time stands first, so that a list has them in their order.
    const time = now.getTime().toString(16).padStart(12, '0')
    const erasureId = `ers_${time}${randomBytes(8).toString('hex')}`
    const erasure: Erasure = {
      ...{ tenantId, erasureId, mode, isDryRun, reason, by, status: 'waiting' },
      ...(verifies !== undefined && { verifies }),
      ...{ ids: people.ids.length, spellings: people.spellings.length },
      requestedAt: now.toISOString(),
      ...{ phase: 'tombstones', place: 0, places: [], resumed: 0, step: 0 },
    }
    await sealPeople(store, erasure, people)
    await store.setOpen(erasure, true)
    await store.put(erasure)
    const details = { mode, ids: erasure.ids, isDryRun, reason, ...(verifies && { verifies }) }
    await audit?.append(tenantId, { action: 'erasure.requested', by, target: erasureId, details })
    runner?.wake(erasure)
    return erasure
  }

  return {
    begin,

    get: async (whose) => (await store.get(whose))?.erasure,

    async list(tenantId) {
      const found = await Promise.all((await store.list(tenantId)).map((one) => store.get(one)))
      return found.flatMap((one) => one?.erasure ?? [])
    },
    async cancel(whose) {
      const found = await store.get(whose)
      if (found === undefined) return undefined
      const { erasure } = found
      if (erasure.status === 'cancelled') return erasure
      const isWaiting = erasure.status === 'waiting'
      const finishedAt = clock.now().toISOString()
      const cancelled: Erasure = { ...erasure, status: 'cancelled', finishedAt }
      if (!isWaiting || !(await store.put(cancelled, found))) {
        const detail = 'Only an erasure that waits can be cancelled: what is erased is gone.'
        throw new AppError('wrong_state', detail)
      }
      await store.forget(whose)
      await store.setOpen(whose, false)
      const { tenantId, by, erasureId } = erasure
      await audit?.append(tenantId, { action: 'erasure.cancelled', by, target: erasureId })
      return cancelled
    },

    certificate: (whose) => certificates.get(whose),
    publicKey: keys.publicKey,

    async verify(whose, subject, by) {
      const signed = await certificates.get(whose)
      if (signed === undefined) {
        throw new AppError('wrong_state', 'There is no certificate of this erasure to verify.')
      }
      const { tenantId, erasureId } = whose
      const digests = new Set(signed.certificate.subject.digests)
      const { ids } = await findPeople(needs, tenantId, subject)
      for (const id of ids) {
        if (digests.has(await tombstones.digestOf(tenantId, id))) continue
        const detail =
          'The certificate is not of all these people: give the ids that it was asked for.'
        throw new AppError('invalid_request', detail)
      }
      const reason = `Verification of ${erasureId}`
      const { mode } = signed.certificate
      return begin(tenantId, { subject, mode, reason, isDryRun: true, by, verifies: erasureId })
    },

    async lift(tenantId, subject, by) {
      const { ids } = await findPeople(needs, tenantId, subject)
      const { lifted } = await tombstones.lift(tenantId, ids)
      await audit?.append(tenantId, { action: 'tombstones.lifted', by, details: { lifted } })
      return { lifted }
    },

    async carryOn(maxMs) {
      if (advance === undefined) return
      const end = clock.monotonic() + maxMs
      for (const whose of await store.open()) {
        for (;;) {
          if (clock.monotonic() >= end) return
          const advanced = await advance(whose)
          if (advanced === 'over') break
          if (advanced === 'more') continue
          // A job that comes again does not wait for long.
          if (clock.monotonic() + advanced >= end || advanced > LONG_MS) break
          await new Promise((resolve) => setTimeout(resolve, advanced))
        }
      }
    },

    async [Symbol.asyncDispose]() {
      await runner?.[Symbol.asyncDispose]()
    },
  }
}

const LONG_MS = 10_000

async function sealPeople(store: ErasureStore, whose: Whose, { ids, spellings }: People) {
  for (let at = 0; at < Math.max(ids.length, spellings.length); at += A_PART) {
    const part: People = {
      ids: ids.slice(at, at + A_PART),
      spellings: spellings.slice(at, at + A_PART),
    }
    await store.seal(whose, 'people', String(at), part)
  }
}

export { isOver, MAX_IDS }
