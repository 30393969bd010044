import { AppError } from '../../error/app-error'
import { readBuilds } from '../../reducers/kept/builds'
import { rememberedBriefly } from '../../reducers/reading/briefly'
import { type DeclaredReducer, declaredIn } from '../../reducers/reading/declared'
import { createEnrolments } from '../../reducers/reading/enrolled'
import { createStateReading, type StateReading } from '../../reducers/reading/read-states'
import type { AppDeps } from '../context'

/** Routes about states share these: who is enrolled is remembered once. */
export interface StateRoutes {
  reading: StateReading
  /** Reads what may be some hundred milliseconds old: streams of one class read the same. */
  following: StateReading
  list(tenantId: string): Promise<DeclaredReducer[]>
  /** @throws {AppError} `not_found` */
  find(tenantId: string, name: string): Promise<DeclaredReducer>
}

const made = new WeakMap<AppDeps['services'], StateRoutes>()

export function stateRoutesOf({ services, platform, options }: AppDeps): StateRoutes {
  const known = made.get(services)
  if (known !== undefined) return known
  const { reducers, rosters } = services
  const enrolments = createEnrolments({ rosters, clock: options.clock })
  async function list(tenantId: string) {
    const [catalogue, { builds }] = await Promise.all([
      reducers.catalogue(),
      readBuilds(platform.documents, tenantId),
    ])
    return declaredIn(catalogue, builds)
  }
  const routes: StateRoutes = {
    list,
    following: createStateReading({
      states: rememberedBriefly(reducers.states, () => options.clock.monotonic()),
      ...{ enrolments, tokens: platform.tokens },
    }),
    reading: createStateReading({ ...reducers, enrolments, tokens: platform.tokens }),
    async find(tenantId, name) {
      const found = (await list(tenantId)).find((one) => one.name === name)
      if (found !== undefined) return found
      throw new AppError('not_found', 'There is no such reducer: GET /api/v1/reducers lists all.')
    },
  }
  made.set(services, routes)
  return routes
}
