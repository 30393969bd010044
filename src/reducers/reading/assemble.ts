import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import type { TokenSigner } from '../../platform/token-signer'
import type { Rosters } from '../../rosters/rosters'
import { readBuilds } from '../kept/builds'
import { rememberedBriefly } from './briefly'
import { type DeclaredReducer, declaredIn, type ReducersRead } from './declared'
import { createEnrolments } from './enrolled'
import { createStateReading, type StateReading } from './read-states'

export interface StatesNeeds {
  reducers: ReducersRead
  rosters: Pick<Rosters, 'group'>
  platform: { documents: Pick<DocumentStore, 'get'>; tokens: () => Promise<TokenSigner> }
  clock: Clock
}

/** Whoever reads states shares these: who is enrolled is remembered once. */
export interface States {
  reading: StateReading
  /** Reads what may be some hundred milliseconds old: streams of one class read the same. */
  following: StateReading
  list(tenantId: string): Promise<DeclaredReducer[]>
  /**
   * Finds a reducer for whoever reads its states, which their tenant wants from then on. What is built for the
   * first time is waited for, some seconds; `building` tells of what takes longer.
   * @throws {AppError} `not_found`
   */
  ready(principal: Principal, name: string): Promise<DeclaredReducer>
  /** @throws {AppError} `not_found` */
  find(tenantId: string, name: string): Promise<DeclaredReducer>
}

// A person waits for as long, and the log of a small school is read by then.
const WAIT_MS = 10_000
const LOOK_MS = 100

const made = new WeakMap<ReducersRead, States>()

/** Makes what reads states, once for the reducers of a process. */
export function statesOf({ reducers, rosters, platform, clock }: StatesNeeds): States {
  const known = made.get(reducers)
  if (known !== undefined) return known
  const enrolments = createEnrolments({ rosters, clock })
  const shared = { enrolments, tokens: platform.tokens }

  async function list(tenantId: string) {
    const [catalogue, { builds }] = await Promise.all([
      reducers.catalogue(),
      readBuilds(platform.documents, tenantId),
    ])
    return declaredIn(catalogue, builds)
  }

  async function find(tenantId: string, name: string) {
    const found = (await list(tenantId)).find((one) => one.name === name)
    if (found !== undefined) return found
    throw new AppError('not_found', 'There is no such reducer: GET /api/v1/reducers lists all.')
  }

  const states: States = {
    find,
    async ready({ tenantId, keyId }, name) {
      await find(tenantId, name)
      await reducers.want(tenantId, keyId)
      const until = clock.monotonic() + WAIT_MS
      let found = await find(tenantId, name)
      while (found.building?.isFirst && clock.monotonic() < until) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
        found = await find(tenantId, name)
      }
      return found
    },
    list,
    reading: createStateReading({ ...reducers, ...shared }),
    following: createStateReading({
      states: rememberedBriefly(reducers.states, () => clock.monotonic()),
      ...shared,
    }),
  }
  made.set(reducers, states)
  return states
}
