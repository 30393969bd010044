import { describe, expect, it } from 'bun:test'
import { notOnAws } from '../support/not-on-aws'
import { startXapiTest, type XapiTest } from '../support/xapi-documents'
import { ada, aStatement, refusal, statementsAt as url, uuidOf } from '../support/xapi-statements'

interface Result {
  statements: { id: string }[]
  more: string
}

async function page(test: XapiTest, path: string, key?: string): Promise<Result> {
  const response = await test.call('GET', path, { ...(key && { key }) })
  expect(response.status).toBe(200)
  return (await response.json()) as Result
}

const numbersOf = ({ statements }: Result) => statements.map(({ id }) => Number(id.slice(-4)))

async function add(test: XapiTest, from: number, to: number) {
  const ids = Array.from({ length: to - from + 1 }, (_, n) => uuidOf(from + n))
  await test.call('POST', url, { body: ids.map((id) => aStatement({ id })) })
}

async function allFrom(
  test: XapiTest,
  path: string,
  between: () => Promise<void> = async () => {},
) {
  const found: number[] = []
  for (let next = path; next !== ''; ) {
    const one = await page(test, next)
    found.push(...numbersOf(one))
    next = one.more
    await between()
  }
  return found
}

describe('more', () => {
  for (const ascending of [true, false]) {
    it(`gives each statement once while others are written, ascending ${ascending}`, async () => {
      await using test = await startXapiTest()
      await add(test, 1, 10)
      let next = 11
      const found = await allFrom(test, `${url}?limit=3&ascending=${ascending}`, async () => {
        await add(test, next, next)
        next += 1
      })
      const first = found.filter((n) => n <= 10)
      expect(first).toEqual(first.toSorted((a, b) => (ascending ? a - b : b - a)))
      expect(first.length).toBe(10)
      expect(new Set(found).size).toBe(found.length)
    })
  }

  it('keeps the question: its filters, its limit and its format', async () => {
    await using test = await startXapiTest()
    await add(test, 1, 3)
    const bob = { mbox: 'mailto:bob@example.edu' }
    const body = [4, 5, 6].map((n) => aStatement({ id: uuidOf(n), actor: { ...bob, name: 'Bob' } }))
    await test.call('POST', url, { body })
    const agent = encodeURIComponent(JSON.stringify(bob))
    const { more } = await page(test, `${url}?agent=${agent}&limit=1&format=ids`)
    expect(more).toStartWith(`${url}?more=`)
    const second = await page(test, more)
    expect(second.statements).toMatchObject([{ actor: bob }])
    expect(JSON.stringify(second.statements)).not.toContain('Bob')
    expect(await page(test, second.more)).toMatchObject({ statements: [{ actor: bob }], more: '' })
  })

  it('is short also for a long question, and good for a day', async () => {
    await using test = await startXapiTest()
    const actor = {
      account: { homePage: `https://example.edu/${'h'.repeat(1900)}`, name: 'n'.repeat(1900) },
    }
    const body = [1, 2].map((n) => aStatement({ id: uuidOf(n), actor }))
    expect((await test.call('POST', url, { body })).status).toBe(200)
    const { more } = await page(
      test,
      `${url}?limit=1&agent=${encodeURIComponent(JSON.stringify(actor))}`,
    )
    expect(more.length).toBeLessThan(2100)
    expect((await page(test, more)).statements).toHaveLength(1)
  })

  notOnAws('clock')(
    'is good after 24 hours, and one of a long question ends after 48',
    async () => {
      await using test = await startXapiTest()
      await add(test, 1, 2)
      const { more } = await page(test, `${url}?limit=1`)
      const activity = `https://example.edu/${'a'.repeat(2000)}`
      const body = [3, 4].map((n) => aStatement({ id: uuidOf(n), object: { id: activity } }))
      await test.call('POST', url, { body })
      const long = await page(test, `${url}?limit=1&activity=${encodeURIComponent(activity)}`)
      test.clock.advance(24 * 60 * 60 * 1000)
      expect((await page(test, more)).statements).toHaveLength(1)
      expect((await page(test, long.more)).statements).toHaveLength(1)
      test.clock.advance(25 * 60 * 60 * 1000)
      expect(await refusal(await test.call('GET', long.more))).toMatchObject({
        code: 'invalid_cursor',
      })
    },
  )

  it('is refused when it was altered, anywhere', async () => {
    await using test = await startXapiTest()
    await add(test, 1, 2)
    const { more } = await page(test, `${url}?limit=1`)
    const start = `${url}?more=`.length
    const altered = [start, start + 40, more.length - 30, more.length - 1].map(
      (at) => `${more.slice(0, at)}${more[at] === 'A' ? 'B' : 'A'}${more.slice(at + 1)}`,
    )
    for (const one of [
      ...altered,
      `${more}x`,
      more.slice(0, -1),
      `${url}?more=`,
      `${url}?more=x.y`,
    ]) {
      expect(await refusal(await test.call('GET', one))).toMatchObject({
        status: 400,
        path: ['more'],
      })
    }
    expect((await test.call('GET', `${more}&limit=2`)).status).toBe(400)
  })

  it('is refused to every other credential, and to its own once that is revoked', async () => {
    await using test = await startXapiTest()
    await test.setMode('lrs', 'other')
    const own = await test.issue(['all'])
    await add(test, 1, 2)
    const { more } = await page(test, `${url}?limit=1`, own)
    expect((await page(test, more, own)).statements).toHaveLength(1)
    const others = [
      test.keys.demo,
      await test.issue(['all']),
      await test.issue(['all'], 'default', { sourceId: 'another' }),
      await test.issue(['all'], 'other'),
    ]
    for (const key of others) {
      const response = await test.call('GET', more, { key })
      expect(await refusal(response)).toMatchObject({ status: 400, code: 'invalid_cursor' })
    }
    await test.revoke(own)
    test.clock.advance(5_000)
    expect((await test.call('GET', more, { key: own })).status).toBe(401)
  })

  it('is empty at the end, and where nothing is found', async () => {
    await using test = await startXapiTest()
    expect(await page(test, url)).toEqual({ statements: [], more: '' })
    await add(test, 1, 2)
    expect((await page(test, `${url}?limit=2`)).more).toBe('')
    expect((await page(test, `${url}?limit=0`)).statements).toHaveLength(2)
    const nobody = encodeURIComponent(JSON.stringify({ objectType: 'Group', member: [ada] }))
    expect(await page(test, `${url}?agent=${nobody}`)).toEqual({ statements: [], more: '' })
  })
})
