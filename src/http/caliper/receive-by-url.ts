import { caliper } from '../../standards/caliper/standard'
import { requireSensor } from '../authenticate'
import type { App } from '../context'
import { keyInPath } from '../credentials'
import { lineTypes, requireJson } from '../json-type'
import { rawOperation } from '../raw-operation'
import type { Door, Receive } from '../receive'
import { laterRoute } from '../route'

const route = laterRoute('post', '/caliper/in/{key}', async () => {
  return (await import('./receive-by-url-route')).route
})

const door: Door = {
  standard: caliper,
  admit: (c) => requireSensor(c, keyInPath),
  formOf(c) {
    requireJson(c, { more: [...caliper.mediaTypes.bare, ...lineTypes] })
    return 'bare'
  },
}

export function receiveByUrl(app: App, receive: Receive) {
  rawOperation(app, route, (c) => receive(c, door))
}
