import { createFunction } from './function'
import { permissions } from './permissions'
import { followStoredEvents } from './stream-mapping'

export const changes = createFunction('Changes', {
  description: 'Hands stored events on: to the lake, to webhooks',
  memory: '512 MB',
  timeout: '1 minute',
  permissions: permissions.changes,
})

followStoredEvents('ChangesMapping', changes.arn)
