import { expect, it } from 'bun:test'
import { networkOf } from './network'

const networks: [ip: string, network: string][] = [
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::7', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::7', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['1::2:3:4:5:6:7:8', '1:2:3:4::/64'],
  [':::::::::', '0:0:0:0::/64'],
  ['', ''],
]

for (const [ip, network] of networks) {
  it(`of ${JSON.stringify(ip)} is ${JSON.stringify(network)}`, () => {
    expect(networkOf(ip)).toBe(network)
  })
}
