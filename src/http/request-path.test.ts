import { describe, expect, it } from 'bun:test'
import { requestPath } from './request-path'

const events = '/caliper/v1p2/events'

const folded: [sent: string, path: string][] = [
  [events, events],
  [`${events}/`, events],
  [`/${events}`, events],
  [`//caliper///v1p2/events//`, events],
  [`/caliper${events}`, events],
  [`/caliper/v1p2${events}`, events],
  [`${events}${events}`, events],
  [`${events}${events}${events}`, events],
  [`${events}/${events}/validate`, `${events}/validate`],
  [`${events}/events`, events],
  ['/caliper/v1p2/v1p2/events', events],
  ['/api/v1/api/v1/events', '/api/v1/events'],
  ['/api/v1/events/events', '/api/v1/events'],
  ['/xapi/xapi/statements', '/xapi/statements'],
  ['/xapi/statements/statements', '/xapi/statements'],
  ['/xapi//activities/state', '/xapi/activities/state'],
  // What is somebody's own, or is not sent to, stands as it was sent.
  ['/caliper/in/nk_a//nk_a/nk_a', '/caliper/in/nk_a//nk_a/nk_a'],
  ['//caliper//in//key//key', '/caliper/in/key//key'],
  ['/caliper/caliper/in/key/key', '/caliper/in/key/key'],
  ['/sources/a/a', '/sources/a/a'],
  ['/caliperx/caliperx', '/caliperx/caliperx'],
  ['/', '/'],
  ['//', '/'],
]

describe('the path of a request', () => {
  for (const [sent, path] of folded) {
    for (const host of ['http://localhost:3000', '']) {
      it(`is ${path} for ${host}${sent}`, () => {
        expect(requestPath({ url: `${host}${sent}` } as Request)).toBe(path)
        expect(requestPath({ url: `${host}${sent}?a=//b&b=/c/c` } as Request)).toBe(path)
      })
    }
  }
})
