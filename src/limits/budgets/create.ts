import type { Clock } from '../../platform/clock'
import type { ConformanceCounts } from '../../platform/conformance-counts'
import type { DocumentStore } from '../../platform/document-store'
import type { QuarantineStore } from '../../platform/quarantine-store'
import type { SourceBudgets } from '../../platform/registry/budgets'
import type { Source, Sources } from '../../platform/registry/sources'
import type { Tenant } from '../../platform/registry/tenants'
import type { Budgets } from './budgets'
import { createHotBytes } from './hot-bytes'
import { budgetSpent, type Spending, type SpendingState, stateOf } from './spending'

export interface BudgetNeeds {
  documents: Pick<DocumentStore, 'get' | 'put' | 'list' | 'delete'>
  conformance: Pick<ConformanceCounts, 'read'>
  quarantine: Pick<QuarantineStore, 'usage'>
  sources: Pick<Sources, 'list'>
  config: { hotTtlDays: number }
  clock: Clock
  /** Tells people, once a day for each budget and state, whichever process finds it first. */
  tell(spending: Spending, state: Exclude<SpendingState, 'fine'>): Promise<void>
  failed(reason: string): void
}

// So long a spending is taken as it was: what comes meanwhile may go beyond the budget.
const KNOWN_MS = 10_000
const MAX_KNOWN = 10_000
const WRITE_MS = 10_000
// A day and the clocks of two processes.
const TOLD_MS = 2 * 24 * 60 * 60 * 1000

export function createBudgets(needs: BudgetNeeds): Budgets {
  const { documents, conformance, quarantine, sources, config, clock, tell, failed } = needs
  const hot = createHotBytes({ documents, clock, hotDays: config.hotTtlDays })
  const known = new Map<string, { at: number; spendings: Promise<Spending[]> }>()
  const states = new Map<string, Spending>()
  const told = new Set<string>()
  let writtenAt = clock.monotonic()

  async function eventsToday(tenantId: string, sourceId: string): Promise<number> {
    const to = clock.now().toISOString()
    const range = { from: `${to.slice(0, 10)}T00:00:00.000Z`, to, interval: 'day' as const }
    const days = await conformance.read({ tenantId, sourceId }, range)
    return days.reduce((sum, { stored }) => sum + stored, 0)
  }

  async function ofSource(tenantId: string, sourceId: string, budgets: SourceBudgets) {
    const { eventsPerDay, quarantineBytes, whenSpent = 'warn' } = budgets
    const about = { tenantId, sourceId, whenSpent }
    const spendings: Spending[] = []
    if (eventsPerDay !== undefined) {
      const used = await eventsToday(tenantId, sourceId)
      spendings.push({ ...about, budget: 'eventsPerDay', limit: eventsPerDay, used })
    }
    if (quarantineBytes !== undefined) {
      const usage = await quarantine.usage(tenantId, sourceId)
      const used = usage.reduce((sum, { bytes }) => sum + bytes, 0)
      spendings.push({ ...about, budget: 'quarantineBytes', limit: quarantineBytes, used })
    }
    return spendings
  }

  async function ofTenant({ tenantId, budgets = {} }: Tenant): Promise<Spending[]> {
    const { eventsPerDay, quarantineBytes, hotBytes, whenSpent = 'warn' } = budgets
    const about = { tenantId, whenSpent }
    const spendings: Spending[] = []
    if (eventsPerDay !== undefined) {
      let used = 0
      for (const { sourceId } of await sources.list(tenantId)) {
        used += await eventsToday(tenantId, sourceId)
      }
      spendings.push({ ...about, budget: 'eventsPerDay', limit: eventsPerDay, used })
    }
    if (quarantineBytes !== undefined) {
      const usage = await quarantine.usage(tenantId)
      const used = usage.reduce((sum, { bytes }) => sum + bytes, 0)
      spendings.push({ ...about, budget: 'quarantineBytes', limit: quarantineBytes, used })
    }
    if (hotBytes !== undefined) {
      const used = await hot.read(tenantId)
      spendings.push({ ...about, budget: 'hotBytes', limit: hotBytes, used })
    }
    return spendings
  }

  /** Remembers what was found, and tells people of what is nearly spent. */
  async function noticed(spendings: Spending[]): Promise<Spending[]> {
    const day = clock.now().toISOString().slice(0, 10)
    for (const spending of spendings) {
      const { tenantId, sourceId = '', budget } = spending
      const name = JSON.stringify([tenantId, sourceId, budget])
      const state = stateOf(spending)
      if (state === 'fine') {
        states.delete(name)
        continue
      }
      if (states.size < MAX_KNOWN || states.has(name)) states.set(name, spending)
      const telling = `${day} ${state} ${name}`
      if (told.has(telling)) continue
      const content = {
        bytes: Buffer.from(state),
        contentType: 'text/plain',
        expiresAt: new Date(clock.now().getTime() + TOLD_MS).toISOString(),
      }
      const key = ['budgets', 'told', day, sourceId, budget, state]
      const { kind } = await documents.put(tenantId, key, content, { ifNoneMatch: '*' })
      if (kind === 'stored') await tell(spending, state)
      if (told.size >= MAX_KNOWN) told.clear()
      told.add(telling)
    }
    return spendings
  }

  function remembered(name: string, read: () => Promise<Spending[]>): Promise<Spending[]> {
    const found = known.get(name)
    if (found !== undefined && clock.monotonic() - found.at < KNOWN_MS) return found.spendings
    if (known.size >= MAX_KNOWN) known.clear()
    const spendings = read().then(noticed)
    known.set(name, { at: clock.monotonic(), spendings })
    spendings.catch(() => known.delete(name))
    return spendings
  }

  const readTenant = (tenant: Tenant) =>
    remembered(JSON.stringify([tenant.tenantId, tenant.budgets]), () => ofTenant(tenant))
  const readSource = ({ tenantId, sourceId, budgets = {} }: Source) =>
    remembered(JSON.stringify([tenantId, sourceId, budgets]), () =>
      ofSource(tenantId, sourceId, budgets),
    )

  async function settle() {
    writtenAt = clock.monotonic()
    await hot.settle().catch((error: Error) => failed(error.message))
  }

  return {
    async admit(tenant, source) {
      const reading = [
        ...(tenant?.budgets ? [readTenant(tenant)] : []),
        ...(source?.budgets ? [readSource(source)] : []),
      ]
      const refuses = [tenant, source].some((one) => one?.budgets?.whenSpent === 'refuse')
      // Whoever may not be refused need not wait, nor fail with the counts.
      const all = Promise.all(reading).catch((error: Error) => {
        failed(error.message)
        return []
      })
      if (!refuses) return
      const spent = (await all)
        .flat()
        .find((one) => one.whenSpent === 'refuse' && stateOf(one) === 'spent')
      if (spent !== undefined) throw budgetSpent(spent, clock.now())
    },

    stored(tenantId, bytes) {
      hot.add(tenantId, bytes)
      if (clock.monotonic() - writtenAt >= WRITE_MS) void settle()
    },

    async read(tenant) {
      const own = tenant.budgets ? await readTenant(tenant) : []
      const all = await sources.list(tenant.tenantId)
      const theirs = await Promise.all(all.filter(({ budgets }) => budgets).map(readSource))
      return [...own, ...theirs.flat()]
    },

    nearlySpent: () => [...states.values()],
    settle: async () => {
      if (clock.monotonic() - writtenAt >= WRITE_MS) await settle()
    },
    [Symbol.asyncDispose]: settle,
  }
}
