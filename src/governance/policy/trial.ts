import type { EventRecord } from '../../event/record'
import type { Blocked, BlockFacts } from '../blocklist/blocklist'
import { eventFactsOf } from '../blocklist/event-facts'
import { conflictsBy } from './conflicts'
import type { CompiledPolicy, Decision, Facts, Governable } from './decision'
import type { Policy } from './policy'
import { samplingClassOf } from './sampling'

/** It says what became of the events that a rule matched; it may have a name of ours. */
export interface RuleTried {
  rule: string
  matched: number
  withheld: number
  held: number
  /** They are kept as a sample. */
  sampled: number
  /** Personal fields are dropped, generalised or pseudonymised. */
  treated: number
  /** Its level or its class of retention is another. */
  reclassified: number
  /** It asks for a sample of these, of which none is taken: learning, errors, and types that nobody registered. */
  neverSampled: number
  /** Ids of a few events that it changes. */
  examples: string[]
}

export interface Tried {
  tested: number
  kept: number
  held: number
  withheld: number
  /** So many are kept with changes. */
  changed: number
  /** By so many the policy decides otherwise than the one in force. */
  differs: number
  rules: RuleTried[]
  /** Rules that matched no event, or every one. */
  matchedNothing: string[]
  matchedEverything: string[]
  conflicts: { about: string; won: string; lost: string; events: number; example: string }[]
}

const MAX_EXAMPLES = 5
// As many pairs as a person reads.
const MAX_CONFLICTS = 100

/**
 * Tries a policy with events that are stored, one after another.
 * @param inForce the policy with which it is compared
 */
export function createTrial(policy: Policy, compiled: CompiledPolicy, inForce: CompiledPolicy) {
  const conflictsAmong = conflictsBy(policy)
  const own = [...policy.rules, ...(policy.blocklist ?? [])].map(({ name }) => name)
  const rules = new Map<string, RuleTried>(own.map((name) => [name, emptyOf(name)]))
  const conflicts = new Map<string, Tried['conflicts'][number]>()
  const counts = { tested: 0, kept: 0, held: 0, withheld: 0, changed: 0, differs: 0 }

  function triedOf(name: string): RuleTried {
    const tried = rules.get(name) ?? emptyOf(name)
    rules.set(name, tried)
    return tried
  }

  function note(
    event: Governable,
    name: string,
    change: 'withheld' | 'held' | 'sampled' | 'treated' | 'reclassified',
  ) {
    const tried = triedOf(name)
    tried[change] += 1
    const { examples } = tried
    if (examples.length < MAX_EXAMPLES && !examples.includes(event.eventId)) {
      examples.push(event.eventId)
    }
  }

  function noteConflict(event: Governable, about: string, won: string, lost: string) {
    const key = JSON.stringify([about, won, lost])
    const known = conflicts.get(key)
    if (known !== undefined) known.events += 1
    else if (conflicts.size < MAX_CONFLICTS) {
      conflicts.set(key, { about, won, lost, events: 1, example: event.eventId })
    }
  }

  /** Counts the rules of the blocklist that hold of an event, of which the strongest come last. */
  function noteBlocks(event: Governable) {
    const { blocklist } = compiled
    if (blocklist === undefined) return
    const held = blocklist.matching(blockFactsOf(event))
    for (const { name } of held) triedOf(name).matched += 1
    const acting = held.filter(({ action }) => action !== undefined)
    const won = acting.at(-1)
    for (const { name, action } of acting) {
      if (action !== won!.action) noteConflict(event, 'blocklist', won!.name, name)
    }
  }

  function noteChanges(event: Governable, { blocked, ...decision }: Tested) {
    const { fate, by } = decision
    if (blocked?.action === 'DROP') return note(event, blocked.rule, 'withheld')
    if (fate === 'withhold') return note(event, by!, 'withheld')
    if (blocked !== undefined) return note(event, blocked.rule, 'held')
    if (fate === 'hold') note(event, by!, 'held')
    const treating = new Set(decision.treatments.map(({ rule }) => rule))
    for (const name of decision.rules) {
      const then = policy.rules.find((rule) => rule.name === name)?.then
      if (then === undefined) triedOf(name).matched += 1
      if (treating.has(name)) note(event, name, 'treated')
      if (then?.sampling !== undefined && then.sampling === decision.sampleRate) {
        note(event, name, 'sampled')
      }
      const isLevel = then?.privacyLevel === decision.privacyLevel
      const isClass = then?.retention === decision.retentionClass
      if (then !== undefined && (isLevel || isClass)) note(event, name, 'reclassified')
    }
  }

  return {
    add(record: EventRecord & Pick<Governable, 'sampling'>, facts: Facts): void {
      const event: Governable = record
      const matched = compiled.matching(event, facts).map((at) => policy.rules[at]!)
      const decision = testedBy(compiled, event, facts)
      counts.tested += 1
      const fate = fateOf(decision)
      if (fate === 'withhold') counts.withheld += 1
      else if (fate === 'hold') counts.held += 1
      else {
        counts.kept += 1
        if (decision.rules.length > 0) counts.changed += 1
      }
      if (!isSame(decision, testedBy(inForce, event, facts))) counts.differs += 1
      noteBlocks(event)
      for (const { name, then } of matched) {
        const tried = triedOf(name)
        tried.matched += 1
        const isLess = (then.sampling ?? 1) < 1
        if (isLess && samplingClassOf(event) === 'never') tried.neverSampled += 1
      }
      noteChanges(event, decision)
      for (const { about, won, lost } of conflictsAmong(matched)) {
        noteConflict(event, about, won, lost)
      }
    },

    result(): Tried {
      const named = (matched: number) =>
        counts.tested === 0 ? [] : own.filter((name) => rules.get(name)!.matched === matched)
      return {
        ...counts,
        rules: [...rules.values()],
        matchedNothing: named(0),
        matchedEverything: named(counts.tested),
        conflicts: [...conflicts.values()],
      }
    },
  }
}

function emptyOf(rule: string): RuleTried {
  const counts = { withheld: 0, held: 0, sampled: 0, treated: 0, reclassified: 0, neverSampled: 0 }
  return { rule, matched: 0, ...counts, examples: [] }
}

/** A decision on an event, and whether its sender would have been blocked with it. */
type Tested = Decision & { blocked: Blocked | undefined }

function testedBy(policy: CompiledPolicy, event: Governable, facts: Facts): Tested {
  const { source, domain, ...sender } = blockFactsOf(event)
  const blocked = policy.blocklist?.sender(sender).of({ source, domain })
  return { ...policy.decide(event, facts), blocked }
}

/** The address is the one that is kept: by the policy it may be cut, or gone. */
function blockFactsOf(event: Governable): BlockFacts {
  const { tenantId, sourceId, server } = event
  return { tenantId, sourceId, ip: server.ip, ...eventFactsOf(event, { asksDomain: true }) }
}

function fateOf({ fate, blocked }: Tested): Decision['fate'] {
  if (fate === 'withhold' || blocked?.action === 'DROP') return 'withhold'
  return blocked === undefined ? fate : 'hold'
}

/** Tells whether two policies make the same of an event, by whatever rules. */
function isSame(one: Tested, other: Tested): boolean {
  if (fateOf(one) !== fateOf(other)) return false
  if (fateOf(one) === 'withhold') return one.isCounted === other.isCounted
  return (
    one.sampleRate === other.sampleRate &&
    one.privacyLevel === other.privacyLevel &&
    one.retentionClass === other.retentionClass &&
    treated(one) === treated(other)
  )
}

const treated = ({ treatments }: Decision) =>
  JSON.stringify(treatments.map(({ rule: _, ...how }) => how))
