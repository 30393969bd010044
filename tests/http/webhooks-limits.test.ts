import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { describeNotOnAws } from '../support/not-on-aws'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

interface Page {
  webhooks: { id: string; name: string }[]
  nextCursor?: string
}

describeNotOnAws('limits')('A tenant with as many webhooks as it may have', () => {
  let test: WebhookTest
  beforeAll(async () => {
    test = await startWebhookTest({ config: { maxWebhooks: 5 } })
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it('is told the limit, and others are not held to its number', async () => {
    const made = Array.from({ length: 8 }, () => test.call('POST', '/webhooks', settings))
    const replies = await Promise.all(made)
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(5)
    const refused = replies.filter(({ status }) => status === 409)
    expect(refused).toHaveLength(3)
    expect(await refused[0]!.json()).toMatchObject({
      code: 'limit_reached',
      detail: expect.stringMatching(/\b5 webhooks.*NONIUS_MAX_WEBHOOKS/),
    })
    const other = await test.issue(['webhooks:write'], 'other')
    expect((await test.call('POST', '/webhooks', settings, other)).status).toBe(201)
  })

  it('may still change and delete them, and then make another', async () => {
    const { webhooks } = (await (await test.call('GET', '/webhooks')).json()) as Page
    const [first] = webhooks
    const changed = { ...settings, name: 'changed' }
    expect((await test.call('PUT', `/webhooks/${first!.id}`, changed)).status).toBe(200)
    expect((await test.call('DELETE', `/webhooks/${first!.id}`)).status).toBe(204)
    await test.create()
  })
})

describe('The list of webhooks', () => {
  let test: WebhookTest
  const names = Array.from({ length: 7 }, (_, place) => `${place}`)
  beforeAll(async () => {
    test = await startWebhookTest()
    for (const name of names) {
      await test.create({ name })
      // Of two that are made in one millisecond, either may be listed first.
      await Bun.sleep(2)
    }
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const read = async (query: string) => {
    const reply = await test.call('GET', `/webhooks${query}`)
    expect(reply.status).toBe(200)
    return (await reply.json()) as Page
  }

  async function readAll(query: string) {
    const pages: Page[] = []
    let cursor: string | undefined
    do {
      const page = await read(`?${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`)
      pages.push(page)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return pages
  }

  for (const limit of [1, 2, 7, 8, 1000]) {
    it(`names each once, oldest first, ${limit} at a time`, async () => {
      const pages = await readAll(`limit=${limit}`)
      expect(pages.flatMap(({ webhooks }) => webhooks.map(({ name }) => name))).toEqual(names)
      expect(pages).toHaveLength(Math.ceil(names.length / limit))
    })
  }

  it('goes on behind a webhook that was deleted meanwhile', async () => {
    const extra = await test.create({ name: 'extra' })
    const { webhooks, nextCursor } = await read('?limit=7')
    await test.call('DELETE', `/webhooks/${webhooks.at(-1)!.id}`)
    const { webhooks: rest } = await read(`?cursor=${nextCursor}`)
    expect(rest.map(({ id }) => id)).toEqual([extra.id])
    await test.call('DELETE', `/webhooks/${extra.id}`)
  })

  it('ends a page early rather than let it grow beyond a megabyte', async () => {
    // Nearly as large as one may be.
    const large = Array.from({ length: 30 }, (_, place) => `${place}`.padEnd(1000, 'x'))
    for (let made = 0; made < 50; made += 1) await test.create({ events: large })
    const reply = await test.call('GET', '/webhooks?limit=1000')
    expect((await reply.text()).length).toBeLessThan(1.1 * 1024 * 1024)
    const pages = await readAll('limit=1000')
    expect(pages.length).toBeGreaterThan(1)
    const ids = pages.flatMap(({ webhooks }) => webhooks.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(50)
  })

  for (const cursor of ['x', 'e30', 'WyJ5ZXN0ZXJkYXkiLCJ3aGtfMSJd', 'WzEsMl0', '%00']) {
    it(`takes no cursor ${cursor} that it did not give`, async () => {
      const reply = await test.call('GET', `/webhooks?cursor=${cursor}`)
      expect(reply.status).toBe(400)
      expect(await reply.json()).toMatchObject({ code: 'invalid_cursor' })
    })
  }

  for (const query of ['?limit=0', '?limit=1001', '?limit=x', '?cursor=', '?page=2']) {
    it(`refuses ${query}`, async () => {
      const reply = await test.call('GET', `/webhooks${query}`)
      expect(reply.status).toBe(400)
      expect(await reply.json()).toMatchObject({ code: 'invalid_request' })
    })
  }
})

describe('Settings of a webhook', () => {
  it('may be long, but not without end', async () => {
    await using test = await startWebhookTest()
    const values = (count: number) => Array.from({ length: count }, () => 'x'.repeat(900))
    await test.create({ events: values(30) })
    for (const change of [{ events: values(40) }, { filters: [{ actorId: values(40) }] }]) {
      for (const [method, path] of [
        ['POST', '/webhooks'],
        ['PUT', `/webhooks/${(await test.create()).id}`],
      ] as const) {
        const reply = await test.call(method, path, { ...settings, ...change })
        expect(reply.status).toBe(400)
        const { errors } = (await reply.json()) as { errors: { message: string }[] }
        expect(errors[0]!.message).toContain('at most 32768 bytes')
      }
    }
  })

  it('lose no change when two people change them at once', async () => {
    await using test = await startWebhookTest()
    const { id } = await test.create()
    const names = ['a', 'b', 'c', 'd']
    const puts = names.map((name) => test.call('PUT', `/webhooks/${id}`, { ...settings, name }))
    const replies = await Promise.all(puts)
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const times = await Promise.all(
      replies.map(async (reply) => ((await reply.json()) as { updatedAt: string }).updatedAt),
    )
    expect(new Set(times).size).toBe(4)
  })
})
