import { BlockList, isIP } from 'node:net'

/** Tells whether a text is an address or a network of addresses: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`. */
export function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(address)
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128)
}

/** Returns an address without its zone; a socket that listens for both families says IPv4 in a form of IPv6. */
export function plainAddress(written: string): string {
  const address = written.split('%')[0]!.toLowerCase()
  // RFC 4291, section 2.5.5.2.
  return /^::ffff:(\d[\d.]*)$/.exec(address)?.[1] ?? address
}

/** Makes what tells whether a plain address is in one of the networks. */
export function inNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const isV4 = isIP(address) === 4
    list.addSubnet(address, Number(bits ?? (isV4 ? 32 : 128)), isV4 ? 'ipv4' : 'ipv6')
  }
  return (address) => {
    const family = isIP(address)
    return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
  }
}
