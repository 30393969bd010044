import { describe, expect, it } from 'bun:test'
import { nearMiss } from './near-miss'

const misses: [sent: string, named: string[]][] = [
  ['/', ['POST /caliper/v1p2/events', 'POST /xapi/statements', 'POST /api/v1/events']],
  ['/caliper', ['POST /caliper/v1p2/events', 'POST /caliper/in/{key}']],
  ['/caliper/v1p2', ['POST /caliper/v1p2/events']],
  ['/caliper/v1p1/events', ['POST /caliper/v1p2/events']],
  ['/caliper/v1p2/event', ['POST /caliper/v1p2/events']],
  ['/v1p2/events', ['POST /caliper/v1p2/events']],
  ['/Caliper/V1p2/Events', ['POST /caliper/v1p2/events']],
  ['/caliper/v1p2/events/validat', ['POST /caliper/v1p2/events/validate']],
  ['/xapi', ['POST /xapi/statements']],
  ['/data/xAPI/statements', ['POST /xapi/statements']],
  ['/lrs/', ['POST /xapi/statements']],
  ['/xapi/statement', ['POST /xapi/statements']],
  ['/api/v1/event', ['POST /api/v1/events']],
  ['/events', ['POST /api/v1/events', 'POST /caliper/v1p2/events']],
  ['/v1/track', ['POST /api/v1/events']],
  ['/heatlh', ['GET /health']],
  ['/quarantin', ['GET /quarantine']],
  ['/doc', ['GET /docs']],
]

describe('an address at which nothing is served', () => {
  for (const [sent, named] of misses) {
    it(`${sent} is answered with ${named.join(', ')}`, () => {
      for (const address of named) expect(nearMiss(sent)).toContain(address)
    })
  }

  it('is answered with nothing where nothing is near', () => {
    expect(nearMiss('/wp-admin/setup.php')).toBe('')
  })
})
