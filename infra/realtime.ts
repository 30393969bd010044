import { connections } from './connections'
import { createFunction } from './function'
import { permissions } from './permissions'

export const realtime = createFunction('Realtime', {
  description: 'Takes events in over WebSocket',
  memory: '512 MB',
  timeout: '29 seconds', // what API Gateway waits for
  permissions: permissions.realtime,
})

for (const route of ['$connect', '$disconnect', '$default']) {
  connections.route(route, realtime.arn)
}
