import { whenSpentModes } from '../../platform/registry/budgets'
import { z } from '../zod'

// A petabyte, or so many events, is more than any tenant has.
const MOST = 1e15

const amount = (description: string) => z.int().min(1).max(MOST).optional().openapi({ description })

export const whenSpent = z.enum(whenSpentModes)

const ofSource = {
  eventsPerDay: amount('Events and entities a day (UTC) that are stored; duplicates do not count'),
  quarantineBytes: amount('Bytes in quarantine'),
  whenSpent: whenSpent.optional().openapi({
    description:
      '`warn`, when left out: people are told, and events are taken. `refuse`: what is sent is answered 429 until the next day, or until there is room',
  }),
}

const why = 'People are told from 80 % on (`docs/limits.md`)'

export const SourceBudgetSettings = z
  .strictObject(ofSource)
  .openapi('SourceBudgets', { description: `What the source may send and hold. ${why}` })

export const TenantBudgetSettings = z
  .strictObject({
    ...ofSource,
    hotBytes: amount('Bytes of events in the hot store, counted from when this is set'),
  })
  .openapi('TenantBudgets', { description: `What all sources may send and hold together. ${why}` })
