import type { Log } from '../../telemetry/log'
import type { Post } from './post'

/** Posts by what is opened with the first post, and once; a failure is logged, and not remembered. */
export function postingLazily(open: () => Promise<Post>, log: Log): Post {
  let opened: Promise<Post> | undefined

  return async function post(tenantId, how) {
    opened ??= open()
    try {
      await (await opened)(tenantId, how)
    } catch (error) {
      opened = undefined
      log.error('live events wait to be posted', { tenantId, reason: (error as Error).message })
    }
  }
}
