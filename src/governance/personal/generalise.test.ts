import { describe, expect, it } from 'bun:test'
import { coarse, dayOf, familyOf, networkOf, yearOf } from './generalise'

describe('an address', () => {
  const networks: [string, string | undefined][] = [
    ['203.0.113.77', '203.0.113.0/24'],
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['203.0.113.77:443', '203.0.113.0/24'],
    ['2001:db8:1:2::3', '2001:db8:1::/48'],
    ['2001:0DB8:0001:0002:0003:0004:0005:0006', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8::/48'],
    ['2001:db8:1::/48', '2001:db8:1::/48'],
    ['[2001:db8:1:2::3]:443', '2001:db8:1::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['::1', '::/48'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['203.0.113.77, 198.51.100.9', '203.0.113.0/24, 198.51.100.0/24'],
    ['203.0.113', undefined],
    ['203.0.113.777', undefined],
    ['ada', undefined],
    ['203.0.113.77, ada', undefined],
    ['', undefined],
    ['1'.repeat(2000), undefined],
  ]
  for (const [address, network] of networks) {
    it(`${address.slice(0, 50)} becomes ${network}`, () => {
      expect(networkOf(address, 'keep')).toBe(network!)
      expect(networkOf(address, 'network')).toBe(network!)
      expect(networkOf(address, 'none')).toBeUndefined()
      expect(networkOf(address, 'country')).toBeUndefined()
    })
  }
})

describe('a browser', () => {
  const mozilla = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'
  const families: [string, string][] = [
    [`${mozilla} Chrome/130.0.0.0 Safari/537.36`, 'Chrome'],
    [`${mozilla} Chrome/130.0.0.0 Safari/537.36 Edg/130.0`, 'Edge'],
    [`${mozilla} Chrome/130.0.0.0 Safari/537.36 OPR/115.0`, 'Opera'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox'],
    ['Mozilla/5.0 (iPhone) AppleWebKit/605.1 Version/17.0 Mobile/15E148 Safari/604.1', 'Safari'],
    ['Mozilla/5.0 (iPhone) AppleWebKit/605.1 CriOS/130.0 Mobile/15E148 Safari/604.1', 'Chrome'],
    ['Mozilla/5.0 (compatible; Googlebot/2.1)', 'Bot'],
    ['curl/8.5.0', 'curl'],
    ['My app of Ada', 'Other'],
    ['Firefox', 'Firefox'],
    ['Other', 'Other'],
    ['', 'Other'],
    ['x'.repeat(100_000), 'Other'],
  ]
  for (const [agent, family] of families) {
    it(`${agent.slice(0, 80)} is of ${family}`, () => {
      expect(familyOf(agent)).toBe(family)
    })
  }
})

describe('a time', () => {
  it('becomes its day in UTC, in the form that it has', () => {
    expect(dayOf('2018-11-15T10:15:00.000Z')).toBe('2018-11-15T00:00:00.000Z')
    expect(dayOf('2018-11-15T00:15:00+02:00')).toBe('2018-11-14T00:00:00.000Z')
    expect(dayOf('2018-11-15 10:15')).toMatch(/^2018-11-1[456]T00:00:00.000Z$/)
    expect(dayOf('2018-11-15')).toBe('2018-11-15')
    for (const none of ['2018', 'x', '', 'T10:15', '12018-11-15T10:15:00Z']) {
      expect(dayOf(none)).toBeUndefined()
    }
    expect(coarse(1_542_276_900, 'keep')).toBe(1_542_240_000)
    expect(coarse(1_542_276_900_123, 'keep')).toBe(1_542_240_000_000)
    for (const none of [12, -5, Number.POSITIVE_INFINITY, true, null, {}, 'Ada', '']) {
      expect(coarse(none, 'keep')).toBeUndefined()
    }
  })

  it('of a birth becomes its year', () => {
    expect(
      ['2011-04-05', '2011', '05.04.2011', '4/5/2011', '2011-04-05T00:00:00Z'].map(yearOf),
    ).toEqual(Array(5).fill('2011'))
    for (const none of ['12', 'Ada', '', '20110', '5 May']) expect(yearOf(none)).toBeUndefined()
  })
})
