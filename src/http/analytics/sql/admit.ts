import type { Question } from '../../../access/roles/questions'
import { AppError } from '../../../error/app-error'
import type { Viewer } from '../../../identity/viewer'
import type { AppContext, AppDeps } from '../../context'
import { viewerFor } from '../../viewer'

/**
 * Admits whoever may ask SQL: their answers may be about single people, since nobody can tell what free SQL gives.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export function analystFor(question: Question, deps: Pick<AppDeps, 'services'>) {
  const admit = viewerFor(question, deps)
  return async function admitAnalyst(c: AppContext): Promise<Viewer> {
    const viewer = await admit(c)
    if (viewer.seesPeople) return viewer
    const detail =
      'This key sees nothing of single people, and what SQL answers cannot be suppressed: ask /analytics/metrics.'
    throw new AppError('forbidden', detail)
  }
}
