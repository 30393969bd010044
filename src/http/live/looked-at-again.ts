import { viewerOf } from '../../access/roles/viewer'
import type { Viewer, Visibility } from '../../identity/viewer'
import type { AppDeps } from '../context'

// Whose groups somebody sees may change while they follow: a roster is loaded, an enrolment ends.
const LOOK_AGAIN_MS = 60_000

/** Keeps what somebody may see up to date while they follow. */
export function lookedAtAgain(
  viewer: Viewer,
  { services }: Pick<AppDeps, 'services'>,
): { visibility(): Visibility } & Disposable {
  let { visibility } = viewer
  const look = async () => {
    // Somebody who cannot be looked up now sees what they saw; a key that ended ends the stream by itself.
    const now = await viewerOf(viewer.principal, services, (role) => role === viewer.role).catch(
      () => undefined,
    )
    if (now !== undefined) visibility = now.visibility
  }
  const timer = visibility.kind === 'some' ? setInterval(look, LOOK_AGAIN_MS) : undefined
  timer?.unref?.()
  return {
    visibility: () => visibility,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
