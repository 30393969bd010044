import { describe, expect, it } from 'bun:test'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

/** Makes a webhook, then changes one, to this target. @returns the rule each breaks, or `taken` */
async function rulesOf(test: WebhookTest, targetUrl: string): Promise<string[]> {
  const { id } = await test.create()
  const body = { ...settings, targetUrl }
  const replies = [
    await test.call('POST', '/webhooks', body),
    await test.call('PUT', `/webhooks/${id}`, body),
  ]
  return Promise.all(
    replies.map(async (reply) => {
      if (reply.ok) return 'taken'
      const { code, errors } = (await reply.json()) as { code: string; errors: { code: string }[] }
      expect({ code, status: reply.status }).toEqual({ code: 'invalid_target', status: 400 })
      return errors[0]!.code
    }),
  )
}

const HTTP = 'http://8.8.8.8/hook'
// On AWS a stage that is not to last is one of development.
const environment = 'production'

describe('A target without encryption', () => {
  it('is refused, and so is a port of another protocol', async () => {
    await using test = await startWebhookTest({ config: { environment } })
    expect(await rulesOf(test, HTTP)).toEqual(['not_https', 'not_https'])
    const smtp = await rulesOf(test, 'https://8.8.8.8:25/')
    expect(smtp).toEqual(['port_not_allowed', 'port_not_allowed'])
  })

  it('is taken in development', async () => {
    await using test = await startWebhookTest({ config: { environment: 'development' } })
    expect(await rulesOf(test, HTTP)).toEqual(['taken', 'taken'])
    expect(await rulesOf(test, 'http://10.0.0.1/')).toEqual(['not_public', 'not_public'])
  })

  it('is taken where it is private and may be, and is not elsewhere', async () => {
    await using test = await startWebhookTest({
      config: { environment, allowPrivateWebhooks: true },
    })
    expect(await rulesOf(test, 'http://10.0.0.1/hook')).toEqual(['taken', 'taken'])
    expect(await rulesOf(test, HTTP)).toEqual(['not_https', 'not_https'])
  })
})

describe('A tenant that names the hosts of its webhooks', () => {
  it('has no others, from five seconds later on, and any again once it names none', async () => {
    await using test = await startWebhookTest()
    const name = async (webhookHosts: string[] | null) => {
      const reply = await test.call('PATCH', '/tenants/default', { webhookHosts }, test.keys.admin)
      expect(reply.status).toBe(200)
      test.clock.advance(5_000)
    }
    await name(['8.8.8.8', '*.example.edu'])
    expect(await rulesOf(test, 'https://8.8.8.8/other')).toEqual(['taken', 'taken'])
    const other = await rulesOf(test, 'https://8.8.4.4/hook')
    expect(other).toEqual(['host_not_allowed', 'host_not_allowed'])
    await name(null)
    expect(await rulesOf(test, 'https://8.8.4.4/hook')).toEqual(['taken', 'taken'])
  })
})
