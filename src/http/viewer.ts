import { mayAsk, type Question } from '../access/roles/questions'
import { viewerOf } from '../access/roles/viewer'
import { AppError } from '../error/app-error'
import type { Viewer } from '../identity/viewer'
import { requireKey } from './authenticate'
import type { AppContext, AppDeps } from './context'

/**
 * Admits whoever has a role that may ask this, and says what they may see.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export function viewerFor(question: Question, { services }: Pick<AppDeps, 'services'>) {
  return async function admit(c: AppContext): Promise<Viewer> {
    const principal = await requireKey(c)
    const viewer = await viewerOf(principal, services)
    if (viewer === undefined) {
      const detail = 'This key has no role, nor the scope `events:read`: it reads nothing.'
      throw new AppError('forbidden', detail)
    }
    if (mayAsk(viewer.role, question)) return viewer
    throw new AppError('forbidden', `Whoever has the role ${viewer.role} may not ask this.`)
  }
}
