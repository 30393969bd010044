import { setImmediate } from 'node:timers/promises'
import { guarded } from '../database'
import { PAGE } from './aside'
import type { Core } from './core'
import { tables } from './rows'

/** Forgets whatever there is of a webhook that was deleted, in one transaction a page. */
export async function dropWebhook(core: Core, tenantId: string, webhookId: string): Promise<void> {
  const { db, leases, changed, figures } = core
  const whose = { tenant_id: tenantId, webhook_id: webhookId }
  guarded(WHAT, () => figures.forget(tenantId, webhookId))
  for (const table of tables) {
    const forget = db.query<null, [string, string]>(
      `DELETE FROM ${table} WHERE rowid IN (
         SELECT rowid FROM ${table} WHERE tenant_id = ? AND webhook_id = ? LIMIT ${PAGE})`,
    )
    for (let isMore = true; isMore; ) {
      // A row that is added later may have the number of one that was taken.
      if (table === 'deliveries') leases.dropAll(whose)
      const { changes } = guarded(WHAT, () => forget.run(tenantId, webhookId))
      isMore = changes === PAGE
      if (changes > 0) await setImmediate()
    }
    changed(whose)
  }
}

const WHAT = 'dropping deliveries'
