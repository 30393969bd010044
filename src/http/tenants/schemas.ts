import type { Config } from '../../config/config'
import { unknownTypesModes } from '../../event/event-type'
import { readRate } from '../../limits/rate'
import type { ServingPlatform } from '../../platform/platform'
import { type Tenant, xapiModes } from '../../platform/registry/tenants'
import { zoneNamed } from '../../query/zone'
import { hostPatternExpected, isHostPattern, MAX_HOSTS } from '../../webhooks/target/hosts'
import { TenantBudgetSettings } from '../budgets/schemas'
import { viewExample as keyExample, MadeKey, secretExample } from '../keys/schemas'
import { vocabularyOrder } from '../native-settings'
import { z } from '../zod'

const modes = z.enum(xapiModes).openapi({
  description:
    '`off`: statements of xAPI are refused. `ingest`: they are stored as events. `lrs`: they are found again, too, for as long as they are retained.',
})

const unknown = z.enum(unknownTypesModes).openapi({
  description:
    'What becomes of a native event of a type that is not registered. `accept`: it is stored, and counted. `quarantine`: it waits for a person. `reject`: it does, and its sender is told.',
})

const rate = z.string().refine((text) => readRate(text) !== undefined, {
  error: 'Must be a number of requests in a time, as 6000/minute (second, minute, hour, day)',
})

const rates = {
  publish: rate.optional().openapi({ description: 'What brings events, by WebSocket too' }),
  query: rate.optional().openapi({ description: 'What reads' }),
  admin: rate.optional().openapi({ description: 'What changes settings' }),
}

const hosts = z
  .array(z.string().refine(isHostPattern, { error: hostPatternExpected }))
  .min(1)
  .max(MAX_HOSTS)
  .openapi({
    description:
      'Webhooks may go to these hosts only; `*.example.edu` stands for all below `example.edu`. Checked when a webhook is made or changed, and before each delivery.',
    example: ['*.example.edu'],
  })

const timeZone = z
  .string()
  .transform((name, context) => {
    const zone = zoneNamed(name)
    if (zone !== undefined) return zone
    const message = 'Must be a time zone by its IANA name, e.g. America/New_York'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
  .openapi({
    type: 'string',
    description: 'Its days, in answers that are about days; those of UTC where nothing is chosen',
    example: 'America/New_York',
  })

const LimitChanges = z.strictObject(rates).openapi('TenantLimitChanges', {
  description: 'Requests of all callers of the tenant together; what is left out is not limited',
})

const Limits = z.object(rates).openapi('TenantLimits')

/** The settings of a tenant that are to change. */
export const TenantChanges = z
  .strictObject({
    xapi: modes
      .nullable()
      .optional()
      .openapi({ description: 'null: as the deployment has it for whoever chose nothing' }),
    unknownTypes: unknown
      .nullable()
      .optional()
      .openapi({ description: 'null: as the deployment has it for whoever chose nothing' }),
    vocabularies: vocabularyOrder.nullable().optional(),
    limits: LimitChanges.nullable().optional().openapi({ description: 'null: none' }),
    webhookHosts: hosts.nullable().optional(),
    budgets: TenantBudgetSettings.nullable().optional().openapi({ description: 'null: none' }),
    timeZone: timeZone
      .nullable()
      .optional()
      .openapi({ type: ['string', 'null'], description: 'null: UTC' }),
  })
  .openapi('TenantChanges')

export const TenantView = z
  .object({
    id: z.string(),
    name: z.string(),
    xapi: modes,
    unknownTypes: unknown,
    vocabularies: vocabularyOrder.optional(),
    limits: Limits.optional(),
    webhookHosts: hosts.optional(),
    budgets: TenantBudgetSettings.optional(),
    timeZone: z.string().optional().openapi({ description: 'Left out: UTC' }),
    createdAt: z.iso.datetime(),
  })
  .openapi('Tenant')

/** A view shows what the deployment has for whoever chose nothing. */
interface ViewNeeds {
  platform: Pick<ServingPlatform, 'defaultXapi'>
  options: { config: Pick<Config, 'unknownTypes'> }
}

export function viewOf(
  tenant: Tenant,
  { platform: { defaultXapi }, options: { config } }: ViewNeeds,
): z.output<typeof TenantView> {
  const {
    tenantId: id,
    name,
    createdAt,
    xapi = defaultXapi,
    vocabularies,
    limits,
    webhookHosts,
    budgets,
    timeZone,
  } = tenant
  const { unknownTypes = config.unknownTypes } = tenant
  const chosen = {
    ...(vocabularies && { vocabularies }),
    ...(limits && { limits }),
    ...(webhookHosts && { webhookHosts }),
    ...(budgets && { budgets }),
    ...(timeZone && { timeZone }),
  }
  return { id, name, xapi, unknownTypes, ...chosen, createdAt }
}

export const viewExample = {
  id: 'default',
  name: 'Default',
  xapi: 'lrs' as const,
  unknownTypes: 'accept' as const,
  createdAt: '2026-11-15T10:15:00.000Z',
}

/** A tenant that was just made. */
export const MadeTenant = TenantView.extend({
  adminKey: MadeKey.openapi({ description: 'It administers the tenant, and is shown this once' }),
}).openapi('MadeTenant')

export const madeExample = {
  ...viewExample,
  ...{ id: 'university-of-ulm', name: 'University of Ulm' },
  adminKey: { ...keyExample, name: 'admin', scopes: ['admin' as const], key: secretExample },
}
