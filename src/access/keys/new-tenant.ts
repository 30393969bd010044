import { AppError } from '../../error/app-error'
import { type Scope, scopes } from '../../identity/scope'
import type { Registry } from '../../platform/registry'
import type { ApiKey } from '../../platform/registry/keys'
import type { Tenant } from '../../platform/registry/tenants'
import { issueKey } from './key'

/**
 * A tenant id is a part of keys of tables and of addresses, so it is a plain word, and one case, since
 * people tell it each other.
 */
export const TENANT_ID = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
export const tenantIdExpected =
  '1 to 63 letters a to z, digits and hyphens, with a letter or digit at both ends'

// These scopes belong to the installation and not to one tenant.
const ofInstallation: readonly Scope[] = ['installation', 'metrics:read']

/** The first key of a tenant may do everything with what is the tenant's. */
export const tenantAdminScopes: readonly Scope[] = scopes.filter(
  (scope) => !ofInstallation.includes(scope),
)

/** The first source of a tenant has this id unless told otherwise. */
export const FIRST_SOURCE = 'main'

export interface NewTenant {
  name: string
  /** Made from the name when left out. */
  tenantId?: string | undefined
  /** The id of its first source. */
  sourceId: string
}

/**
 * Makes a tenant, with its first source and a key that administers it.
 * @returns the key itself, to be shown once, with everything that was made
 * @throws {AppError} `invalid_request` for a name that makes no id; `already_exists`
 */
export async function makeTenant(
  { tenants, sources, keys }: Pick<Registry, 'tenants' | 'sources' | 'keys'>,
  { name, tenantId = idOf(name), sourceId }: NewTenant,
  at: Date,
): Promise<{ tenant: Tenant; key: string; record: ApiKey }> {
  if (!TENANT_ID.test(tenantId)) {
    const detail = `The name ${JSON.stringify(name)} makes no id; name one of ${tenantIdExpected}.`
    throw invalid('invalid_request', 'id', detail, 'Required')
  }
  const createdAt = at.toISOString()
  const tenant = { tenantId, name, createdAt }
  if (!(await tenants.add(tenant))) {
    const detail = `There is a tenant ${tenantId} already.`
    throw invalid('already_exists', 'id', detail, 'Is taken')
  }
  await sources.put({ tenantId, sourceId, name: sourceId, createdAt })
  const grant = { tenantId, sourceId, name: 'admin', scopes: [...tenantAdminScopes] }
  return { tenant, ...(await issueKey({ keys }, grant, { at })) }
}

const ACCENTS = /\p{M}/gu
const MAX_ID = 63

/** Makes an id of a name: `Universität Ulm` is `universitat-ulm`. */
function idOf(name: string): string {
  const plain = name.normalize('NFKD').replace(ACCENTS, '').toLowerCase()
  const words = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-/, '')
  return words.slice(0, MAX_ID).replace(/-$/, '')
}

function invalid(
  code: 'invalid_request' | 'already_exists',
  name: string,
  detail: string,
  message: string,
): AppError {
  const issue = { path: [name], message, code: code === 'already_exists' ? code : 'required' }
  return new AppError(code, detail, { errors: [issue] })
}
