import type { Scope } from '../../identity/scope'
import type { ApiKey } from '../../platform/registry/keys'

/** A key for pages has these, and no others: whoever reads it out of one can send, and see nothing. */
export const pageScopes: readonly Scope[] = ['events:write']

/** A product has a few addresses, and each request compares with all of them. */
export const MAX_ORIGINS = 20

/** Tells everything that a key for pages may not be beside that. */
export function faultsOfPageKey({
  scopes,
  sources,
  xapi,
}: Pick<ApiKey, 'scopes' | 'sources'> & { xapi?: boolean | undefined }): {
  path: string[]
  message: string
}[] {
  const others = scopes.filter((scope) => !pageScopes.includes(scope))
  const faults: { path: string[]; message: string }[] = []
  if (xapi) {
    faults.push({ path: ['origins'], message: 'Must be left out with xapi: its tools read, too' })
  } else if (others.length > 0) {
    const message = `Must be ${pageScopes.join()} alone with origins; has ${others.join(', ')}`
    faults.push({ path: ['scopes'], message })
  }
  if (sources !== undefined) {
    faults.push({
      path: ['sources'],
      message: 'Must be left out with origins: such a key reads none',
    })
  }
  return faults
}
