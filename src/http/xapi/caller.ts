import type { XapiVersion } from '../../config/config'
import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import type { AppContext, AppDeps } from '../context'
import { admitXapiWith, type XapiRight } from './admit'
import { requireVersion } from './version'

/** Somebody who has been let in, and by the rules of which version he speaks. */
export interface Caller extends Principal {
  version: XapiVersion
}

/** Everything that a request has to show before anything else of it is read. */
export interface Demand {
  /** One of these is enough. */
  rights: [XapiRight, ...XapiRight[]]
  /** The tenant's mode has to be this: statements are taken under `ingest`, too. */
  mode: 'ingest' | 'lrs'
}

export type Admission = (demand: Demand) => (c: AppContext) => Promise<Caller>

/**
 * Admits to the resources of xAPI: by the key, then the version, then what the tenant has switched on.
 * The functions that it makes throw `AppError`: `unauthenticated`, `forbidden`; `invalid_request` for
 * the version; `not_found` where the tenant has no such resource.
 */
export function admissionWith(deps: AppDeps): Admission {
  const { platform, options, services } = deps
  const { config } = options
  const admit = admitXapiWith(deps)

  async function modeOf(tenantId: string) {
    return (await services.findTenant(tenantId))?.xapi ?? platform.defaultXapi
  }

  return ({ rights, mode }) =>
    async (c) => {
      c.set('brings', rights.includes('statements/write'))
      const principal = await admit(c, ...rights)
      const version = requireVersion(c, config)
      const actual = await modeOf(principal.tenantId)
      if (actual === 'off') throw switchedOff('xAPI is switched off', 'ingest` or `lrs')
      if (mode === 'lrs' && actual === 'ingest') {
        throw switchedOff('Statements are taken here, but no record store finds them', 'lrs')
      }
      return { ...principal, version }
    }
}

function switchedOff(what: string, wanted: string): AppError {
  return new AppError('not_found', `${what}: the tenant's setting \`xapi\` must be \`${wanted}\`.`)
}
