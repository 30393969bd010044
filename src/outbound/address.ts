import ipaddr from 'ipaddr.js'

// IANA gives out 2000::/3 only; ipaddr.js calls what lies outside every named range "unicast", e.g.
// the IPv4-compatible `::127.0.0.1`.
const globalUnicast = ipaddr.parseCIDR('2000::/3')

// This is Azure's virtual public address of the host: metadata and DNS of every virtual machine
// there (learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
const azureHost = '168.63.129.16'

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
