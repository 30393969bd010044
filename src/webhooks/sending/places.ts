import type { WebhookSubscription } from '../../platform/registry/webhooks'
import { usual } from '../usual'
import { createPace } from './pace'

/** A taken place belongs to a tenant and a webhook. */
interface Held {
  tenantId: string
  webhookId: string
}

// Attempts mostly wait for the network: a socket, some kilobytes, and a body, which `Budget`
// bounds. So many places leave most of the usual limit of 1,024 open files to senders.
const MAX_PLACES = 320

// A tenant has at most so many, however alone it is: one that comes later finds free places.
const MAX_PER_TENANT = 64

// A failing target may hold its place for the whole time-out. All failing targets together leave
// places to those that answer, and the failing ones of one tenant leave half of its share to its
// others.
const MAX_FAILING = 192

// Receivers answer within some tens of milliseconds. An attempt that takes longer drags: its tenant
// has its place again, so that targets that hang do not keep others waiting until they are found out.
const DRAGS_MS = 300

// So many attempts may drag, or be those of webhooks of which nothing good is known: they may drag next.
// One tenant has half of them at most. What is left is for those that are well, and for the first of a
// tenant that has none under way.
const MAX_DOUBTFUL = 256

// So many webhooks are remembered by how their latest attempt went; beyond it the one that was noted
// longest ago counts as any other.
const MAX_REMEMBERED = 100_000

interface Tenant {
  all: number
  quick: number
  doubtful: number
  failing: number
}

/**
 * Decides who may hold how many of the places for attempts. A tenant has an equal share, counted
 * for all tenants under way and one more: so the next tenant finds a free share, and waits for
 * nobody. Within a tenant, a webhook whose latest attempt went well waits for none that drags.
 * @param isTrusting whether a webhook of which nothing is known is taken for one that is well
 */
export function createPlaces({
  pace = createPace(),
  now = () => performance.now(),
  isTrusting = false,
} = {}) {
  const settings = createSettings()
  const ofTenant = new Map<string, Tenant>()
  const ofWebhook = new Map<string, { all: number; dragging: number }>()
  /** How the latest attempts went. */
  const [well, failing] = [createMemory(MAX_REMEMBERED), createMemory(MAX_REMEMBERED)]
  /** These do not drag yet; the oldest stands first. */
  const quick = new Map<object, { since: number; drag(): void }>()
  let taken = 0
  let doubtful = 0
  let takenByFailing = 0

  function shareOf(tenantId: string, most: number, mostAlone: number): number {
    const tenants = ofTenant.size + (ofTenant.has(tenantId) ? 0 : 1)
    return Math.max(1, Math.min(Math.floor(most / (tenants + 1)), mostAlone))
  }

  function isFree(tenantId: string, webhookId: string): boolean {
    if (taken >= MAX_PLACES) return false
    const held = ofTenant.get(tenantId)
    const share = shareOf(tenantId, MAX_PLACES, MAX_PER_TENANT)
    if (held !== undefined && held.quick >= share) return false
    const own = ofWebhook.get(webhookId)
    const { maxConcurrent = usual.maxConcurrent, maxPerSecond } = settings.of(webhookId)
    if (maxPerSecond !== undefined && pace.waitMs(webhookId, maxPerSecond) > 0) return false
    // One of which nothing good is known yet has a single place, as one that fails.
    if ((own?.all ?? 0) >= (isKnownWell(webhookId) ? maxConcurrent : 1)) return false
    if (!isTrusted(webhookId) && !mayBeDoubtful(tenantId)) return false
    if (!failing.has(webhookId)) return true
    if (takenByFailing >= MAX_FAILING) return false
    return (held?.failing ?? 0) < Math.max(1, share / 2)
  }

  function isKnownWell(webhookId: string): boolean {
    return isTrusting ? !failing.has(webhookId) : well.has(webhookId)
  }

  /** Tells whether a webhook is thought to answer soon. */
  function isTrusted(webhookId: string): boolean {
    return isKnownWell(webhookId) && !ofWebhook.get(webhookId)?.dragging
  }

  function mayBeDoubtful(tenantId: string): boolean {
    const held = ofTenant.get(tenantId)
    if (held === undefined) return true
    const most = shareOf(tenantId, MAX_DOUBTFUL, MAX_DOUBTFUL / 2)
    return doubtful < MAX_DOUBTFUL && held.doubtful < most
  }

  return {
    free: () => MAX_PLACES - taken,

    /** Learns how many places, and what pace, webhooks ask for. */
    learn: settings.learn,

    /**
     * Tells in how many milliseconds the pace of a webhook lets one of its attempts be made; 0 where it is
     * not its pace that it waits for.
     */
    waitMs(webhookId: string): number {
      const { maxPerSecond } = settings.of(webhookId)
      return maxPerSecond === undefined ? 0 : pace.waitMs(webhookId, maxPerSecond)
    },

    /** Looks which attempts drag by now. @returns whether places have become free by it */
    look(): boolean {
      const until = now() - DRAGS_MS
      let isAny = false
      for (const [place, { since, drag }] of quick) {
        if (since > until) break
        quick.delete(place)
        drag()
        isAny = true
      }
      return isAny
    },

    /**
     * Takes a place. @returns a function that leaves it, undefined when there is none for this one. Who
     * has made no attempt in it says so.
     */
    take({ tenantId, webhookId }: Held): ((isUnused?: boolean) => void) | undefined {
      if (!isFree(tenantId, webhookId)) return undefined
      const failed = failing.has(webhookId) ? 1 : 0
      const held = ofTenant.get(tenantId) ?? { all: 0, quick: 0, doubtful: 0, failing: 0 }
      ofTenant.set(tenantId, held)
      const own = ofWebhook.get(webhookId) ?? { all: 0, dragging: 0 }
      ofWebhook.set(webhookId, own)
      const { maxPerSecond } = settings.of(webhookId)
      const takeBack = maxPerSecond === undefined ? undefined : pace.count(webhookId, maxPerSecond)
      const place = {}
      let doubted = isTrusted(webhookId) ? 0 : 1
      let drags = 0
      quick.set(place, { since: now(), drag })
      count(1)
      return (isUnused) => {
        quick.delete(place)
        count(-1)
        if (isUnused) takeBack?.()
      }

      function drag() {
        count(-1)
        drags = 1
        doubted = 1
        count(1)
      }

      function count(by: 1 | -1) {
        taken += by
        takenByFailing += by * failed
        doubtful += by * doubted
        held.all += by
        held.quick += by * (1 - drags)
        held.doubtful += by * doubted
        held.failing += by * failed
        own.all += by
        own.dragging += by * drags
        if (held.all === 0) ofTenant.delete(tenantId)
        else ofTenant.set(tenantId, held)
        if (own.all === 0) ofWebhook.delete(webhookId)
        else ofWebhook.set(webhookId, own)
      }
    },

    /** Notes how the latest attempt of a webhook went. */
    note(webhookId: string, isWell: boolean) {
      const [is, isNot] = isWell ? [well, failing] : [failing, well]
      isNot.delete(webhookId)
      is.add(webhookId)
    },
  }
}

/** Makes a set that forgets what was added first, once it has more than so many. */
function createMemory(most: number) {
  const held = new Set<string>()
  return {
    has: (id: string) => held.has(id),
    delete: (id: string) => held.delete(id),
    add(id: string) {
      held.add(id)
      if (held.size > most) held.delete(held.values().next().value!)
    },
  }
}

type Settings = Pick<WebhookSubscription, 'maxConcurrent' | 'maxPerSecond'>

/** Remembers the settings of those webhooks that have some of their own. */
function createSettings() {
  let learned: readonly WebhookSubscription[] = []
  let own = new Map<string, Settings>()
  const none: Settings = {}

  return {
    of: (webhookId: string): Settings => own.get(webhookId) ?? none,

    /** @param webhooks the same list as before, as long as nothing changed */
    learn(webhooks: readonly WebhookSubscription[]) {
      if (webhooks === learned) return
      learned = webhooks
      const those = webhooks.filter(
        ({ maxConcurrent, maxPerSecond }) => maxConcurrent ?? maxPerSecond,
      )
      own = new Map(those.map((webhook) => [webhook.webhookId, webhook]))
    },
  }
}
