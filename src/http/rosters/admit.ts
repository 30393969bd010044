import type { Question } from '../../access/roles/questions'
import { AppError } from '../../error/app-error'
import type { Viewer } from '../../identity/viewer'
import type { AppContext, AppDeps } from '../context'
import { viewerFor } from '../viewer'

/**
 * Admits whoever may change who teaches what: an administrator, of the organisation or by the scope `admin`.
 * A key that only reads (`events:read`) reads as an administrator, and changes nothing.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export function changerFor(question: Question, deps: Pick<AppDeps, 'services'>) {
  const admit = viewerFor(question, deps)
  return async function changer(c: AppContext): Promise<Viewer> {
    const viewer = await admit(c)
    const { role, person, scopes } = viewer.principal
    const hasRole = role !== undefined || person !== undefined
    if (!hasRole && !scopes.includes('admin')) {
      throw new AppError('forbidden', 'This key does not have the scope admin.')
    }
    return viewer
  }
}
