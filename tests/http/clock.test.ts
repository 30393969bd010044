import { expect, it } from 'bun:test'
import { startTestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEvent } from '../support/envelopes'
import { startIssuer } from '../support/issuer'
import { describeNotOnAws } from '../support/not-on-aws'
import { aSigner, signBy } from '../support/signing'

const HOUR = 3_600_000

describeNotOnAws('clock')('when the clock of the server is set back', () => {
  for (const back of [1000, HOUR, 24 * 365 * HOUR]) {
    it(`by ${back} ms, a key that is revoked ends within five seconds all the same`, async () => {
      await using app = await startTestApp()
      const key = await app.issue(['events:read'])
      const read = () => app.request('/analytics/events', { headers: app.as(key) })
      expect((await read()).status).toBe(200)
      await app.revoke(key)
      app.clock.set(-back)
      app.clock.advance(5_000)
      await problemOf(await read(), 'unauthenticated')
    })
  }

  it('a source that has to sign from now on has to within five seconds', async () => {
    await using app = await startTestApp()
    const headers = { ...app.as(), 'Content-Type': 'application/json' }
    const send = () => {
      const body = JSON.stringify({ data: [anEvent()] })
      return app.request('/caliper/v1p2/events', { method: 'POST', headers, body })
    }
    expect((await send()).status).toBe(200)
    app.clock.set(-HOUR)
    await signBy(app, { keys: [(await aSigner('1')).jwk] })
    await problemOf(await send(), 'invalid_signature')
  })

  it('a key that the issuer withdrew is believed for ten minutes, and no longer', async () => {
    await using issuer = await startIssuer()
    await using app = await startTestApp({ config: { oidcIssuer: issuer.url } })
    const headers = { Authorization: await issuer.token({ scope: 'events:read' }) }
    const read = () => app.request('/analytics/events', { headers })
    expect((await read()).status).toBe(200)
    await issuer.rotate(false)
    app.clock.set(-HOUR)
    app.clock.advance(10 * 60_000)
    await problemOf(await read(), 'unauthenticated')
  })

  it('a full quarantine goes on saying so in the log', async () => {
    await using app = await startTestApp({ config: { quarantineMaxItems: 1 } })
    const headers = { ...app.as(), 'Content-Type': 'application/json' }
    const send = (id: string) => {
      const init = { method: 'POST', headers, body: `{"data":["${id}"]}` }
      return app.request('/caliper/v1p2/events', init)
    }
    const lines = () => app.logged.filter((line) => line.includes('is full')).length
    await send('1')
    await send('2')
    expect(lines()).toBe(1)
    app.clock.set(-HOUR)
    app.clock.advance(60_000)
    await send('3')
    expect(lines()).toBe(2)
  })
})
