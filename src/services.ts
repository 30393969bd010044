import { createIdentity, type Identity } from './access/identity'
import { forgettable } from './access/keys/remember'
import { type FindSource, rememberSources } from './access/keys/sources'
import { type FindTenant, rememberTenants } from './access/keys/tenants'
import { type OwnIds, rememberOwnIds } from './access/roles/own-ids'
import type { GroupsOf } from './access/roles/viewer'
import { auditLater } from './audit/later'
import type { AuditTrail } from './audit/trail'
import type { Config } from './config/config'
import type { Exports } from './exports/exports'
import { exportsLater } from './exports/later'
import type { GovernanceServices } from './governance/assemble'
import { signalsLater } from './governance/consents/later'
import { governanceLater } from './governance/later'
import { type FindTypes, rememberTypes } from './ingest/event-types'
import { createIngest, type Ingest } from './ingest/ingest'
import { createRefuseBody, type RefuseBody } from './ingest/refuse-body'
import type { Replaying } from './ingest/replay-runner'
import { createReplaying } from './ingest/replaying'
import { createVerifyJws } from './ingest/steps/verify'
import { type Budgets, budgetsLater } from './limits/budgets/budgets'
import type { Limiter } from './limits/limiter'
import type { HubNeeds } from './live/hub'
import type { Live } from './live/live'
import type { Budget } from './memory/budget'
import type { RootChain } from './merkle/prove'
import { rootsLater } from './merkle/roots/later'
import { createGet, type Get } from './outbound/get'
import { createGuard, type Guard } from './outbound/guard'
import type { Clock } from './platform/clock'
import type { ServingPlatform } from './platform/platform'
import type { Access } from './privacy/access/access'
import { accessLater } from './privacy/access/later'
import { redactLater } from './privacy/access/redact-later'
import type { Erasures } from './privacy/erasures/erasures'
import { erasuresLater } from './privacy/later'
import { boundQuarantine } from './quarantine/bound'
import { createHidden, type Hidden } from './query/hidden'
import type { ReducersRead } from './reducers/reading/declared'
import { reducersLater } from './reducers/reading/later'
import type { Rebuild } from './reducers/rebuilds/rebuild'
import type { Reducing } from './reducers/reducers'
import { groupsLater, membershipsLater, rostersLater } from './rosters/later'
import type { Rosters } from './rosters/rosters'
import type { Log } from './telemetry/log'
import type { Meter } from './watch/meter'
import { createWatch, type Watch } from './watch/watch'
import { replaysLater } from './webhooks/replays/later'
import type { Replays } from './webhooks/replays/replays'

/** The door gives these beside a platform. Nothing is read from the environment. */
export interface AppOptions {
  config: Config
  clock: Clock
  log: Log
  /** Largest answer that the door can send on, in bytes, whatever is in it. Left out, any. */
  maxReplyBytes?: number
  /** The door hands a body on as it comes, so that one of lines may be of any length. */
  streamsLines?: true
  /**
   * The door says what is done for somebody without a key where each request and byte has its price: a body
   * of so many bytes is checked, and large documents are few. Left out, as much as for others.
   */
  strangers?: { bodyBytes: number }
  /** An answer that streams ends after so long, and its client comes again. Left out, it has no end. */
  maxStreamMs?: number
  /** Events are streamed at this address, where that is another function's (on AWS); `/`: at the same host. */
  streamAt?: string
  /** Memory for what comes in. Left out, it is not counted. */
  budget?: Budget
  /** Limits the rates of callers. Left out, none is limited. */
  limiter?: Limiter
  /** Has the figures for `/metrics`. Left out where the platform's own metrics tell. */
  meter?: Meter
  /**
   * Makes the live subscriptions, where the platform has a feed for them: `createHub`, which is no
   * part of a function that does without. Left out, there are none.
   */
  createLive?: (needs: HubNeeds) => Live
  /** Resolves when what is stored by now is in the lake. Left out where it gets there by itself. */
  flush?: () => Promise<void>
  /** Tells whoever carries rebuilds of reducers on of one that was asked for. Left out where they look. */
  wakeRebuild?: (rebuild: Rebuild) => void
  /** Reduces in this process, where it does. */
  reducing?: Pick<Reducing, 'settle' | 'wanted'>
  /** The process lives on after its requests, so that what they note is written soon after them. */
  livesOn?: true
}

export interface ServiceOptions extends AppOptions {
  /** The guard says where webhooks may be sent. If left out, it is made as the config says. */
  guard?: Guard
  /** This reads the keys of the issuer of tokens; if left out, they are read over the network. */
  get?: Get
}

/**
 * Requests and messages are answered with these parts, which are made once for a process: one
 * memory of keys, one of settings, one pipeline, one memory of key sets for signatures, one bounded quarantine.
 */
export interface Services extends AppOptions, GovernanceServices, AsyncDisposable {
  /** This is the given platform, with its quarantine bounded as the config says. */
  platform: ServingPlatform
  /** This part says who a caller is. */
  identity: Identity
  /** These know the settings of sources and tenants. */
  findSource: FindSource
  findTenant: FindTenant
  /** Has keys and settings looked up anew, when another process changed some for a caller of this one (on AWS). */
  forgetSettings(): void
  /** Knows what of a tenant's events is hidden; there is one of it for a process. */
  hidden: Hidden
  /** Live subscriptions. Absent where no process lives on after its request. */
  live: Live | undefined
  /** Finds the types of native events in force for a source. */
  findTypes: FindTypes
  /** This part takes events in, whichever way they came. */
  ingest: Ingest
  /** This part quarantines what its door cannot hand over. */
  refuseBody: RefuseBody
  /** Replays what is in quarantine; in the background, too, where the platform has jobs. */
  replaying: Replaying
  /** Sends webhooks again what arrived before. */
  webhookReplays: Replays
  /** Gathers what is kept about people who ask. */
  access: Access
  /** Gives out events as files. */
  exports: Exports
  /** Keeps who did what to data of people. */
  audit: AuditTrail
  /** The roots of closed hours, chained. */
  roots: RootChain
  /** Finds which groups somebody teaches or manages. */
  groupsOf: GroupsOf
  /** Lists every id by which stored events may name somebody. */
  ownIds: OwnIds
  /** Reads what reducers have come to. */
  reducers: ReducersRead
  /** Loads who teaches and learns what. */
  rosters: Rosters
  /** Erases people from everything that is kept of a tenant. */
  erasures: Erasures
  /** Knows what tenants and sources may send and hold. */
  budgets: Budgets
  /** Says which addresses we may call. */
  guard: Guard
  /** Is told of whoever calls and of what became of it. */
  watch: Watch
  /** The services were made at this time. */
  startedAt: Date
}

/**
 * Makes the services of a process. Disposing ends their background work; the platform stays open.
 */
export function createServices(given: ServingPlatform, options: ServiceOptions): Services {
  const { config, clock, log } = options
  const { guard = createGuard({ allowPrivate: config.allowPrivateWebhooks }), get } = options
  const limits = { maxItems: config.quarantineMaxItems, maxBytes: config.quarantineMaxBytes }
  const quarantine = boundQuarantine(given.quarantine, { limits, clock, log })
  const platform = { ...given, quarantine }
  const watch = createWatch({ ...platform, ...options })

  const { oidcIssuer: issuer, oidcAudience: audience } = config
  const tokens =
    issuer === undefined ? undefined : { issuer, audience, get: get ?? getFromIssuer() }
  // A tenant's administrator chose these addresses, as those of webhooks.
  const people = { documents: platform.documents, get: get ?? createGet({ guard }) }
  const memory = forgettable(clock)
  const identity = createIdentity({ ...platform, clock: memory.clock, tokens, people })
  const findSource = rememberSources({ ...platform, clock: memory.clock })
  const findTenant = rememberTenants({ ...platform, clock: memory.clock })
  const findTypes = rememberTypes({ ...platform, findTenant, config, clock })
  const governing = governanceLater(platform, { clock, environment: config.environment })
  const { governance, blocklist } = governing
  const { tenants } = platform.registry
  const hidden = createHidden({ ...platform, tenants, findTenant, clock })
  const live =
    platform.live &&
    options.createLive?.({
      ...{ feed: platform.live, hidden, log, maxSubscribers: config.maxSubscribers },
      isCurrent: identity.isCurrentNow,
    })
  const verifyJws = createVerifyJws({ guard, clock })
  const replaying = createReplaying(platform, {
    ...options,
    ...identity,
    ...{ findTenant, findTypes, governance, blocklist, verifyJws },
  })
  const hasTimer = options.livesOn ?? false
  const audit = auditLater({ ...platform, config, clock, log, hasTimer })
  const { consents } = governing
  const consentSignals = signalsLater({
    consents,
    heard({ tenantId, server }, details) {
      audit.note(tenantId, { action: 'consents.told', by: server.subject ?? 'nonius', details })
    },
  })
  const budgets = budgetsLater({
    ...platform,
    ...{ sources: platform.registry.sources, config, clock },
    failed: (reason) => log.warn('budgets could not be looked at', { reason }),
    tell: async (spending, state) => {
      log.warn('a budget is spent to 80 % or more', { ...spending, state })
      const { tellOfBudget } = await import('./webhooks/state/tell-of-budget')
      await tellOfBudget({ ...platform, clock }, spending, state)
    },
  })
  const hiddenBefore = hidden.before
  const webhookReplays = replaysLater(platform, { config, clock, log, hiddenBefore })
  const { tombstones, pseudonyms } = governing
  const pseudonymsOf = async (tenantId: string, id: string) =>
    (await pseudonyms()).pseudonymsOf(tenantId, id)
  const access = accessLater({ platform: given, flush: options.flush, pseudonymsOf, clock, log })
  const exports = exportsLater({
    ...{ platform: given, hidden, makeRedact: redactLater, flush: options.flush, clock, log },
  })
  const erasures = erasuresLater(platform, {
    ...{ tombstones, pseudonyms, audit, access, exports, clock, log },
    settleStates: options.reducing?.settle,
  })
  const forRosters = { documents: platform.documents, tombstones, clock }
  return {
    ...options,
    ...governing,
    platform,
    identity,
    roots: rootsLater(platform),
    findSource,
    findTenant,
    forgetSettings: memory.forget,
    findTypes,
    hidden,
    live,
    ingest: createIngest({
      ...{
        platform,
        findSource,
        findTenant,
        findTypes,
        governance,
        blocklist,
        consentSignals,
        memberships: membershipsLater(forRosters),
        budgets,
        watch,
      },
      ...{ config, clock, log, verifyJws },
    }),
    refuseBody: createRefuseBody({ platform, findSource, governance, blocklist, watch, clock }),
    replaying,
    webhookReplays,
    access,
    exports,
    audit,
    groupsOf: groupsLater(forRosters),
    rosters: rostersLater(forRosters),
    reducers: reducersLater({ ...platform, ...options }),
    ownIds: rememberOwnIds({ pseudonyms, clock }),
    budgets,
    tombstones,
    erasures,
    guard,
    watch,
    startedAt: clock.now(),
    async [Symbol.asyncDispose]() {
      await live?.[Symbol.asyncDispose]()
      await replaying.runner?.[Symbol.asyncDispose]()
      await webhookReplays[Symbol.asyncDispose]()
      await access[Symbol.asyncDispose]()
      await exports[Symbol.asyncDispose]()
      await erasures[Symbol.asyncDispose]()
      await audit[Symbol.asyncDispose]()
      await budgets[Symbol.asyncDispose]()
      watch[Symbol.dispose]()
    },
  }
}

/**
 * Reads from private networks too: the operator chose the issuer, which may well be in the same
 * one.
 */
function getFromIssuer(): Get {
  return createGet({ guard: createGuard({ allowPrivate: true }) })
}
