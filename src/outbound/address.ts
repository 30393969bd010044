import ipaddr from 'ipaddr.js'

// IANA gives out 2000::/3 only; ipaddr.js calls what lies outside every named range "unicast", e.g.
// the IPv4-compatible `::127.0.0.1`.
const globalUnicast = ipaddr.parseCIDR('2000::/3')

// This is Azure's virtual public address of the host: metadata and DNS of every virtual machine
// there (learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
const azureHost = '168.63.129.16'

// These give credentials of a machine to whoever asks from it, at other addresses than link-local ones:
// AWS and Google over IPv6, Alibaba, Oracle, Azure (the pages of each on instance metadata).
const metadata = new Set([
  ...['fd00:ec2::254', 'fd20:ce::254', '100.100.100.200', '192.0.0.192', azureHost],
])

/**
 * Tells whether a machine in a cloud has its credentials at an address, or nobody but its neighbours
 * on the wire can be there: no target is, also where private ones are allowed.
 */
export function isOfTheMachine(address: string): boolean {
  // `process` reads an IPv4 address that is mapped into IPv6 as what it is.
  if (!ipaddr.isValid(address)) return true
  const parsed = ipaddr.process(address)
  return parsed.range() === 'linkLocal' || metadata.has(parsed.toString())
}

/**
 * Tells which range makes an address other than public unicast, by the IANA special-purpose
 * registries. Addresses that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) are refused
 * whichever it is.
 * @returns undefined for an address on the public internet
 */
export function specialRange(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'unreadable'
  const parsed = ipaddr.parse(address)
  const range = parsed.range()
  if (range !== 'unicast') return range
  if (parsed.kind() === 'ipv6' && !parsed.match(globalUnicast)) return 'unassigned'
  return address === azureHost ? 'cloudHost' : undefined
}
