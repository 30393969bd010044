import { createFunction } from './function'
import { permissions } from './permissions'
import { followStoredEvents } from './stream-mapping'

/**
 * The function tells live readers what was stored. It is one of its own, so that neither the lake nor
 * webhooks wait for a subscriber who takes nothing, nor live readers for a webhook.
 */
export const follow = createFunction('Follow', {
  description: 'Tells live readers what was stored',
  memory: '512 MB',
  timeout: '1 minute',
  permissions: permissions.follow,
})

followStoredEvents('FollowMapping', follow.arn)
