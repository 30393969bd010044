import { createHash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { builtInReducers } from '../built-in'
import { checkReducers } from '../check'
import type { LoadedReducer } from '../loaded'
import type { Reducer } from '../reducer'
import { reasonOf } from '../run/fault'
import type { Deployed } from './deployed'
import type { Ready, Start } from './protocol'
import { OWN } from './work'

// Each is asked for every event, and all states of one scope have to fit into a document.
const MAX_REDUCERS = 50

/**
 * Loads the reducers that come with Nonius, and those of the operator. One that cannot be used is told of
 * and left out; the others are loaded all the same.
 * @param deployed modules that were put into the bundle (on AWS)
 */
export async function loadReducers(
  { files, passedOver, hasBuiltIn }: Pick<Start, 'files' | 'passedOver' | 'hasBuiltIn'>,
  deployed: readonly Deployed[],
  tick: (module: number) => void,
): Promise<Ready & { reducers: Reducer[] }> {
  const found: { reducer: Reducer; origin: string }[] = []
  const problems: string[] = []
  function take(exported: unknown, origin: string) {
    const checked = checkReducers(exported, origin)
    problems.push(...checked.problems)
    found.push(...checked.reducers.map((reducer) => ({ reducer, origin })))
  }
  if (hasBuiltIn) take(builtInReducers, OWN)
  async function load(origin: string, importing: () => Promise<{ default?: unknown }>) {
    try {
      take((await importing()).default, origin)
    } catch (error) {
      problems.push(`${origin} cannot be loaded: ${reasonOf(error)}`)
    }
  }
  for (const one of deployed) await load(one.origin, one.load)
  for (const [at, { path, origin }] of files.entries()) {
    if (passedOver.includes(path)) {
      problems.push(`${origin} did not end while it was loaded.`)
      continue
    }
    tick(at)
    await load(origin, () => import(pathToFileURL(path).href) as Promise<{ default?: unknown }>)
  }
  return { ...distinct(found, problems), problems }
}

function distinct(found: readonly { reducer: Reducer; origin: string }[], problems: string[]) {
  const reducers: Reducer[] = []
  const loaded: Ready['loaded'] = []
  const origins = new Map<string, string>()
  for (const { reducer, origin } of found) {
    const { name, version } = reducer
    const isOurs = origins.get(name) === OWN && origin !== OWN
    const taken = isOurs ? OWN : origins.get(`${name}@${version}`)
    if (taken !== undefined) {
      problems.push(`${origin} has ${name} in version ${version}, which is that of ${taken}.`)
    } else if (reducers.length === MAX_REDUCERS) {
      problems.push(`${origin} has ${name}, which is one more than ${MAX_REDUCERS} reducers.`)
    } else {
      origins.set(name, origin).set(`${name}@${version}`, origin)
      reducers.push(reducer)
      loaded.push({ ...described(reducer), origin, code: codeOf(reducer) })
    }
  }
  return { reducers, loaded }
}

function described({
  name,
  version,
  says,
  scope,
  sources,
  types,
}: Reducer): Omit<LoadedReducer, 'origin' | 'code'> {
  return {
    ...{
      name,
      version,
      scope: typeof scope === 'string' ? scope : { learnerAnd: scope.learnerAnd },
    },
    ...(says !== undefined && { says }),
    ...(sources !== undefined && { sources: [...sources] }),
    ...(types !== undefined && { types: [...types] }),
  }
}

/** Tells one code from another, so that a reducer that was switched off is tried again once it was changed. */
function codeOf({ reduce, show, start }: Reducer): string {
  const text = JSON.stringify([String(reduce), String(show), start])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
