import { randomUUID } from 'node:crypto'
import { AppError } from '../error/app-error'
import type { Clock } from '../platform/clock'
import type { DocumentStore } from '../platform/document-store'
import type { CompiledPolicy } from './policy/decision'
import { defaultPolicy, type Environment, type Policy } from './policy/policy'
import { withoutRules } from './policy/without-rules'
import { STATE_KEY } from './state-key'

const VERSIONS_KEY = ['governance', 'versions'] as const

/** Others set these when the first of its kind is there, so that whoever has none pays nothing for them. */
export interface Flags {
  /** The school listed learners as under 13. */
  hasUnder13: boolean
  /** People were erased, and their late arrivals are looked out for. */
  hasTombstones: boolean
}

/** A policy as somebody put it. */
export interface PutPolicy {
  version: number
  /** The document as it was sent, parsed, without its version. */
  document: Record<string, unknown>
  policy: Policy
  /** ISO 8601 UTC. */
  changedAt: string
  /** The id of the key that did it. */
  changedBy: string
  /** It was made by going back to this version. */
  rolledBackTo?: number | undefined
}

/** The governance of a tenant, as it is in force. */
export interface InForce extends Flags {
  version: number
  policy: Policy
  compiled: CompiledPolicy
}

/** A document that was read, and may be put. */
export type ReadDocument = Pick<PutPolicy, 'document' | 'policy'>

export interface Policies {
  /** Reads what is in force, at most 5 seconds old; at once after a change of this process. */
  inForce(tenantId: string): Promise<InForce>
  /** Reads the policy as it is now. @returns undefined while nobody has put one */
  current(tenantId: string): Promise<PutPolicy | undefined>
  /**
   * Puts a policy in place of the one of version `basedOn`, durably. The same as is in force is put by nobody: its
   * version stays.
   * @throws {AppError} `stale_policy` when another is in force, `unavailable` when others are always quicker
   */
  put(
    tenantId: string,
    read: ReadDocument,
    by: { changedBy: string; basedOn: number; rolledBackTo?: number },
  ): Promise<PutPolicy>
  /** Reads a version that was put. @returns undefined for one that never was */
  version(tenantId: string, version: number): Promise<PutPolicy | undefined>
  /** Lists the versions, the latest first, without their documents. */
  history(
    tenantId: string,
    page: { before?: number | undefined; limit: number },
  ): Promise<VersionEntry[]>
  /**
   * Puts what a version had, as the next version. Version 0 is that of no rules.
   * @throws {AppError} `not_found`; `invalid_request` when it is none by today's rules; as `put`
   */
  rollback(
    tenantId: string,
    to: number,
    by: { changedBy: string; basedOn?: number | undefined },
  ): Promise<PutPolicy>
  /** Sets flags, atomically with whatever else changes. */
  flag(tenantId: string, flags: Partial<Flags>): Promise<void>
  /** Forgets what this process remembers, so that it is read anew. */
  changed(tenantId: string): void
}

/** A version, without its document. */
export type VersionEntry = Omit<PutPolicy, 'document' | 'policy'> & { rules: number }

type State = Flags & { current?: PutPolicy | undefined }

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put'>
  clock: Clock
  environment?: Environment | undefined
}

// The same as for keys and tenants: a change takes effect within five seconds everywhere.
const CACHE_MS = 5_000
// Tenants that send at one time; beyond it the oldest is looked up again.
const CACHE_TENANTS = 1_000
// Policies have 256 KB each at most, and take a few times as much compiled.
const CACHE_BYTES = 16 * 1024 * 1024
// Two people at once are enough to lose one try each; a list that is uploaded in parallel, some more.
const MAX_TRIES = 10
// As many digits as keep the order of text that of numbers.
const DIGITS = 12

interface Remembered {
  until: number
  etag: string | undefined
  size: number
  /** A tenant that was removed and made again begins anew with version 1. */
  changedAt: string | undefined
  inForce: InForce
}

export function createPolicies({ documents, clock, environment }: Needs): Policies {
  const known = new Map<string, Remembered>()
  let held = 0
  let changes = 0

  function changed(tenantId: string) {
    changes += 1
    forget(tenantId)
  }

  function forget(tenantId: string) {
    held -= known.get(tenantId)?.size ?? 0
    known.delete(tenantId)
  }

  function remember(tenantId: string, entry: Remembered) {
    forget(tenantId) // otherwise it would stay among the oldest
    known.set(tenantId, entry)
    held += entry.size
    while (known.size > CACHE_TENANTS || (held > CACHE_BYTES && known.size > 1)) {
      forget(known.keys().next().value!)
    }
  }

  async function readState(tenantId: string) {
    const document = await documents.get(tenantId, STATE_KEY)
    if (document === undefined) return { state: noState, etag: undefined, size: 0 }
    const { bytes, etag } = document
    return { state: parsed<State>(bytes), etag, size: bytes.length }
  }

  async function compiled(policy: Policy): Promise<CompiledPolicy> {
    const isBare = policy.rules.length === 0 && (policy.blocklist ?? []).length === 0
    if (isBare) return withoutRules(policy)
    const { compilePolicy } = await import('./policy/compile')
    return compilePolicy(policy, { environment })
  }

  /** Changes the state, as often as somebody else is quicker. */
  async function change(tenantId: string, next: (state: State) => State): Promise<State> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const { state, etag } = await readState(tenantId)
      const made = next(state)
      if (made === state) return state
      // The former version is in the history before it is gone from here.
      if (state.current !== undefined && state.current !== made.current) {
        await keepVersion(tenantId, state.current)
      }
      // The change is named, since two that compete may otherwise write the same bytes.
      const content = contentOf({ ...made, change: randomUUID() })
      const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag }
      const { kind } = await documents.put(tenantId, STATE_KEY, content, condition)
      if (kind !== 'stored') continue
      changed(tenantId)
      return made
    }
    throw new AppError('unavailable', 'It is being changed all the time; please try again.')
  }

  async function keepVersion(tenantId: string, put: PutPolicy) {
    const key = [...VERSIONS_KEY, padded(put.version)]
    await documents.put(tenantId, key, contentOf(put), { ifNoneMatch: '*' })
  }

  async function keptVersion(tenantId: string, version: number): Promise<PutPolicy | undefined> {
    const document = await documents.get(tenantId, [...VERSIONS_KEY, padded(version)])
    return document && parsed<PutPolicy>(document.bytes)
  }

  const policies: Policies = {
    async inForce(tenantId) {
      const before = known.get(tenantId)
      if (before !== undefined && clock.monotonic() < before.until) return before.inForce
      const changesBefore = changes
      const { state, etag, size } = await readState(tenantId)
      const until = clock.monotonic() + CACHE_MS
      if (before !== undefined && before.etag === etag) {
        before.until = until
        return before.inForce
      }
      const { current, hasUnder13, hasTombstones } = state
      const policy = current?.policy ?? defaultPolicy
      const changedAt = current?.changedAt
      const isKnown = before?.inForce.version === policy.version && before.changedAt === changedAt
      const inForce = {
        ...{ version: policy.version, policy, hasUnder13, hasTombstones },
        compiled: isKnown ? before.inForce.compiled : await compiled(policy),
      }
      // A change of this process may have come since it was read: then it is not remembered.
      if (changes === changesBefore) remember(tenantId, { until, etag, size, changedAt, inForce })
      return inForce
    },

    async current(tenantId) {
      return (await readState(tenantId)).state.current
    },

    async put(tenantId, { document, policy }, { changedBy, basedOn, rolledBackTo }) {
      const changedAt = clock.now().toISOString()
      const { current } = await change(tenantId, (state) => {
        const now = state.current?.version ?? 0
        // Whoever got no answer sends the same again: it is in force already.
        const isNear = basedOn === now || basedOn === now - 1
        if (isNear && state.current && isSame(state.current.document, document)) return state
        // A first policy replaces none, also where its author counts it as number 1.
        const isFirst = now === 0 && basedOn === 1
        if (now !== basedOn && !isFirst) throw stale(basedOn, now)
        const version = now + 1
        const put = { version, document, policy: { ...policy, version }, changedAt, changedBy }
        return {
          ...state,
          current: { ...put, ...(rolledBackTo !== undefined && { rolledBackTo }) },
        }
      })
      await keepVersion(tenantId, current!)
      return current!
    },

    async version(tenantId, version) {
      const current = await policies.current(tenantId)
      return current?.version === version ? current : keptVersion(tenantId, version)
    },

    async history(tenantId, { before = Number.POSITIVE_INFINITY, limit }) {
      const current = await policies.current(tenantId)
      const from = Math.min(current?.version ?? 0, before - 1)
      const entries: VersionEntry[] = []
      // One at a time is in memory: each may have half a megabyte.
      for (let version = from; version > Math.max(0, from - limit); version -= 1) {
        const isCurrent = version === current?.version
        const found = isCurrent ? current : await keptVersion(tenantId, version)
        if (found !== undefined) entries.push(entryOf(found))
      }
      return entries
    },

    async rollback(tenantId, to, { changedBy, basedOn }) {
      const current = await policies.current(tenantId)
      const { readPolicy } = await import('./policy/read')
      const document = to === 0 ? {} : (await policies.version(tenantId, to))?.document
      if (document === undefined) {
        const latest = current?.version ?? 0
        throw new AppError('not_found', `There is no version ${to}; the latest is ${latest}.`)
      }
      const read = readPolicy(document)
      if (read.errors !== undefined) {
        const detail = `Version ${to} is no policy by the rules of today.`
        throw new AppError('invalid_request', detail, { errors: read.errors })
      }
      const base = basedOn ?? current?.version ?? 0
      return policies.put(tenantId, read, { changedBy, basedOn: base, rolledBackTo: to })
    },

    async flag(tenantId, flags) {
      await change(tenantId, (state) => {
        const changed = { ...state, ...flags }
        const isSame =
          changed.hasUnder13 === state.hasUnder13 && changed.hasTombstones === state.hasTombstones
        return isSame ? state : changed
      })
    },

    changed,
  }
  return policies
}

const noState: State = { hasUnder13: false, hasTombstones: false }

const isSame = (one: object, other: object) => JSON.stringify(one) === JSON.stringify(other)

const padded = (version: number) => String(version).padStart(DIGITS, '0')
const parsed = <Value>(bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as Value

function contentOf(value: object) {
  return { bytes: new TextEncoder().encode(JSON.stringify(value)), contentType: 'application/json' }
}

function entryOf({ document: _, policy, ...entry }: PutPolicy): VersionEntry {
  return { ...entry, rules: policy.rules.length }
}

function stale(basedOn: number, now: number): AppError {
  const detail = `The policy in force is version ${now}, and yours is based on version ${basedOn}. Read it anew (GET /policies), and put your change into that.`
  return new AppError('stale_policy', detail, { extra: { version: now, basedOn } })
}
