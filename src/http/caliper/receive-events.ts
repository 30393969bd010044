import { caliper } from '../../standards/caliper/standard'
import { requireSensor } from '../authenticate'
import type { App } from '../context'
import { lineTypes, requireJson } from '../json-type'
import { rawOperation } from '../raw-operation'
import type { Door, Receive } from '../receive'
import { laterRoute } from '../route'

const route = laterRoute('post', '/caliper/v1p2/events', async () => {
  return (await import('./receive-events-route')).route
})

const door: Door = {
  standard: caliper,
  admit: requireSensor,
  formOf(c) {
    requireJson(c, { more: lineTypes })
    return 'document'
  },
}

export function receiveEvents(app: App, receive: Receive) {
  rawOperation(app, route, (c) => receive(c, door))
}
