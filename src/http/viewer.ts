import { askingOf, mayAsk, type Question } from '../access/roles/questions'
import { roleOf, viewerOf } from '../access/roles/viewer'
import { AppError } from '../error/app-error'
import type { Viewer } from '../identity/viewer'
import { requireKey } from './authenticate'
import type { AppContext, AppDeps } from './context'

/**
 * Admits whoever has a role that may ask this, and says what they may see.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export function viewerFor(question: Question, { services }: Pick<AppDeps, 'services'>) {
  const isFit = (role: Viewer['role']) => mayAsk(role, question)
  return async function admit(c: AppContext): Promise<Viewer> {
    const principal = await requireKey(c)
    const role = roleOf(principal, isFit)
    if (role === undefined) throw new AppError('forbidden', nothing(principal))
    if (!isFit(role)) {
      throw new AppError('forbidden', `Whoever has the role ${role} may not ask this.`)
    }
    const { scopes, person, role: own } = principal
    const isSystem = own === undefined && person === undefined
    if (askingOf(question).changes && isSystem && !scopes.includes('admin')) {
      throw new AppError('forbidden', 'This key does not have the scope admin.')
    }
    const viewer = (await viewerOf(principal, services, isFit))!
    if (viewer.seesPeople || !askingOf(question).aboutPeople) return viewer
    const detail = 'This key is for aggregates only, and this is about single people.'
    throw new AppError('forbidden', detail)
  }
}

function nothing({ person }: Viewer['principal']): string {
  return person === undefined
    ? 'This key has no role, nor the scope `events:read`: it reads nothing.'
    : 'This person has no role here: their issuer’s mapping gives none (docs/tokens.md).'
}
