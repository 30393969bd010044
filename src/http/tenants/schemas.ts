import type { ServingPlatform } from '../../platform/platform'
import { type Tenant, xapiModes } from '../../platform/registry/tenants'
import { viewExample as keyExample, MadeKey, secretExample } from '../keys/schemas'
import { z } from '../zod'

const modes = z.enum(xapiModes).openapi({
  description:
    '`off`: statements of xAPI are refused. `ingest`: they are stored as events. `lrs`: they are found again, too, for as long as they are retained.',
})

/** The settings of a tenant that are to change. */
export const TenantChanges = z
  .strictObject({
    xapi: modes
      .nullable()
      .optional()
      .openapi({ description: 'null: as the deployment has it for whoever chose nothing' }),
  })
  .openapi('TenantChanges')

export const TenantView = z
  .object({
    id: z.string(),
    name: z.string(),
    xapi: modes,
    createdAt: z.iso.datetime(),
  })
  .openapi('Tenant')

export function viewOf(
  { tenantId: id, name, xapi, createdAt }: Tenant,
  { defaultXapi }: Pick<ServingPlatform, 'defaultXapi'>,
): z.output<typeof TenantView> {
  return { id, name, xapi: xapi ?? defaultXapi, createdAt }
}

export const viewExample = {
  id: 'default',
  name: 'Default',
  xapi: 'lrs' as const,
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
