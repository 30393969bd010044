import { inNetworks, plainAddress } from '../../syntax/networks'
import { ANY, type Blocked, type BlockFacts, type BlockRule, usualMessages } from './blocklist'
import { namesOfDomain } from './domains'

/** A sender has these facts before anything that it sends is read. */
export type SenderFacts = Pick<BlockFacts, 'tenantId' | 'sourceId' | 'ip'>

/** One event says this of its sender. */
export type EventFacts = Pick<BlockFacts, 'source' | 'domain'>

/** A blocklist, asked of one sender. */
export interface SenderVerdicts {
  /** It is blocked with whatever it sends, and always in this way. */
  always: Blocked | undefined
  /** It may be blocked with some of what it sends. */
  isConcerned: boolean
  /** If true, the domains of an event may count. */
  asksDomain: boolean
  of(event: EventFacts): Blocked | undefined
}

/** The blocklist of a policy, compiled once a version. */
export interface CompiledBlocklist {
  sender(facts: SenderFacts): SenderVerdicts
  /** Lists the rules that hold of an event, those last that count. */
  matching(facts: BlockFacts): BlockRule[]
}

interface Ranked {
  rule: BlockRule
  /** The higher counts. */
  rank: number
  isOfNetwork: ((address: string) => boolean) | undefined
}

// Senders that come again: a rule for each network is looked at once for each of them.
const MAX_SENDERS = 200

const nobody: SenderVerdicts = {
  ...{ always: undefined, isConcerned: false, asksDomain: false },
  of: () => undefined,
}

export function compileBlocklist(rules: readonly BlockRule[]): CompiledBlocklist {
  const ranked = rules.map(rankedAt)
  const withDomain = ranked.filter(({ rule }) => rule.when.domain !== undefined)
  const others = ranked.filter(({ rule }) => rule.when.domain === undefined)
  const byDomain = new Map<string, Ranked[]>()
  for (const one of withDomain) {
    for (const domain of one.rule.when.domain!) {
      byDomain.set(domain, [...(byDomain.get(domain) ?? []), one])
    }
  }
  const senders = new Map<string, SenderVerdicts>()

  function ofDomains(domain: BlockFacts['domain']): Ranked[] {
    const domains = (typeof domain === 'string' ? [domain] : (domain ?? [])).flatMap(namesOfDomain)
    if (domains.length === 0 || byDomain.size === 0) return []
    const found = [ANY, ...domains].flatMap((name) => byDomain.get(name) ?? [])
    return found.length > 1 ? [...new Set(found)] : found
  }

  function verdictsOf(sender: SenderFacts): SenderVerdicts {
    const { ip } = sender
    const facts = { ...sender, ip: ip === undefined ? undefined : plainAddress(ip) }
    const mayHold = (one: Ranked) => holdsOfSender(one, facts)
    const isSure = ({ rule }: Ranked) => isOf(rule.when.source, facts.sourceId)
    const known = others.filter(mayHold)
    const sure = known.filter(isSure)
    const unsure = [...known.filter((one) => !isSure(one)), ...withDomain.filter(mayHold)]
    const blocked = cascade(sure)
    if (unsure.length === 0) {
      if (blocked === undefined) return nobody
      return { always: blocked, isConcerned: true, asksDomain: false, of: () => blocked }
    }
    const first = strongest(sure, 'action')
    const isAlways = unsure.every(
      ({ rule, rank }) =>
        rule.action === undefined || rule.action === blocked?.action || rank < (first?.rank ?? 0),
    )
    return {
      always: isAlways ? blocked : undefined,
      isConcerned: true,
      asksDomain: unsure.some(({ rule }) => rule.when.domain !== undefined),
      of({ source, domain }) {
        const more = known.filter((one) => !isSure(one) && isOf(one.rule.when.source, source))
        const sent = ofDomains(domain).filter(
          (one) => mayHold(one) && (isSure(one) || isOf(one.rule.when.source, source)),
        )
        return more.length + sent.length === 0 ? blocked : cascade([...sure, ...more, ...sent])
      },
    }
  }

  return {
    sender(facts) {
      const key = JSON.stringify([facts.tenantId, facts.sourceId, facts.ip])
      let verdicts = senders.get(key)
      if (verdicts === undefined) {
        verdicts = verdictsOf(facts)
        if (senders.size >= MAX_SENDERS) senders.clear()
        senders.set(key, verdicts)
      }
      return verdicts
    },

    matching({ source, domain, ...sender }) {
      const facts = { ...sender, ip: sender.ip && plainAddress(sender.ip) }
      return [...others, ...ofDomains(domain)]
        .filter((one) => holdsOfSender(one, facts))
        .filter(
          ({ rule: { when } }) => isOf(when.source, facts.sourceId) || isOf(when.source, source),
        )
        .sort((a, b) => a.rank - b.rank)
        .map(({ rule }) => rule)
    },
  }
}

function rankedAt(rule: BlockRule, place: number, { length }: readonly BlockRule[]): Ranked {
  const { address } = rule.when
  return {
    rule,
    rank: Object.keys(rule.when).length * length + place,
    isOfNetwork: address === undefined || address.includes(ANY) ? undefined : inNetworks(address),
  }
}

/** Tells whether the facts that a rule names of a sender hold, but for source and domain, which its events say. */
function holdsOfSender({ rule, isOfNetwork }: Ranked, { tenantId, ip }: SenderFacts): boolean {
  const { tenant, address } = rule.when
  if (!isOf(tenant, tenantId)) return false
  if (address === undefined) return true
  return ip !== undefined && (isOfNetwork?.(ip) ?? true)
}

function isOf(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  if (wanted === undefined) return true
  return value !== undefined && (wanted.includes(value) || wanted.includes(ANY))
}

function strongest(held: readonly Ranked[], member: 'action' | 'timeLimit' | 'message') {
  let found: Ranked | undefined
  for (const one of held) {
    if (one.rule[member] !== undefined && one.rank > (found?.rank ?? -1)) found = one
  }
  return found
}

/** Says what of all that hold counts: each thing that is said is that of the strongest which says it. */
function cascade(held: readonly Ranked[]): Blocked | undefined {
  const deciding = strongest(held, 'action')?.rule
  if (deciding === undefined || deciding.action === 'TRANSMIT') return undefined
  const action = deciding.action!
  const asked = strongest(held, 'timeLimit')?.rule.timeLimit ?? 'MINUTES'
  return {
    action,
    timeLimit: action === 'DROP' ? 'PERMANENT' : asked,
    rule: deciding.name,
    message: strongest(held, 'message')?.rule.message ?? usualMessages[action],
  }
}
