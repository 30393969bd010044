import { createHash } from 'node:crypto'
import type { Issue } from '../error/issue'
import type { ReadEvent } from '../event/reading'
import type { Withheld } from '../event/receipt'
import type { ServerFacts } from '../event/record'
import { isJson } from '../syntax/is-json'
import { eachOf, inTurns } from '../syntax/steps'
import type { Blocked } from './blocklist/blocklist'
import type { SenderVerdicts } from './blocklist/compile'
import { eventFactsOf } from './blocklist/event-facts'
import { counter } from './counter'
import { factsOf, type KnownFacts } from './facts'
import type { GoverningNeeds, Refused } from './governing'
import { alsoBlocked, asSent, termsUnder } from './held-item'
import type { CleanedText, Pseudonymiser } from './personal/personal'
import type { FieldTreatment } from './policy/decision'
import { saidWithout } from './said'
import { uncertainly } from './uncertain'

/**
 * Cleans what is refused, for it is kept in quarantine.
 * @param context of their reading
 * @param eventAt the event at a place of the request, where one was read
 * @param verdicts say whether their sender is blocked, where they have just arrived
 * @throws {StorageError}
 */
export type CleanRefused = (
  refused: readonly Refused[],
  context: Record<string, string>,
  eventAt: (index: number) => ReadEvent | undefined,
  verdicts?: SenderVerdicts | undefined,
) => Promise<{ refused: Refused[]; withheld: Withheld[]; blocked: Blocked[] }>

/** Cleans a body that cannot be read. @throws {StorageError} */
export type CleanBody = (
  body: string | Uint8Array,
  refusal: { errors: Issue[]; message: string },
  context: Record<string, string> | undefined,
) => Promise<GovernedBody>

/** A body is kept as the policy lets us keep it. */
export interface GovernedBody {
  body: string | Uint8Array
  errors: Issue[]
  /** The message of its refusal. */
  message: string
  server: ServerFacts
  context?: Record<string, string> | undefined
  withheld: Withheld[]
}

interface Asked {
  withheldBy?: string | undefined
  treatments: readonly FieldTreatment[]
}

/** Cleans what is no event. What the policy asks of people in it is done though nobody can tell who they are. */
export function cleaningWith(needs: GoverningNeeds): {
  cleanRefused: CleanRefused
  cleanBody: CleanBody
} {
  const { personal, inForce, sending, standard, decide, pseudonymsFor, serverUnder } = needs
  const { policy } = inForce

  function askedOf({ raw, event }: { raw: string; event?: ReadEvent }, facts: KnownFacts): Asked {
    if (facts.isErased) return { withheldBy: 'erased', treatments: [] }
    if (event === undefined) return uncertainly(policy, { raw, sending, standard }, facts)
    const { fate, by, treatments } = decide(event, facts)
    return { withheldBy: fate === 'withhold' ? by : undefined, treatments }
  }

  /** @returns undefined for what cannot be read, and so not be cleaned */
  function cleanText(
    raw: string | Uint8Array,
    treatments: readonly FieldTreatment[],
    by: Pseudonymiser,
  ): CleanedText | undefined {
    if (typeof raw !== 'string' || treatments.length === 0) return undefined
    return personal.cleanText(raw, standard, treatments, { pseudonyms: by, policy })
  }

  /** Tells whether what cannot be cleaned is kept: as the policy says, but for what a child may have sent. */
  function isKeptUnread(treatments: readonly FieldTreatment[]): boolean {
    return policy.unreadable === 'keep' && treatments.every(({ rule }) => rule !== 'under13')
  }

  return {
    async cleanRefused(refused, context, eventAt, verdicts) {
      if (refused.length === 0) return { refused: [], withheld: [], blocked: [] }
      const blocks: Blocked[] = []
      const count = counter()
      const known = refused.map(({ raw, index }) => {
        const event = eventAt(index)
        return { raw, ...(event !== undefined && { event }) }
      })
      const facts = await factsOf(known, needs)
      let place = 0
      const asked = await inTurns(
        eachOf(known, (one) => {
          place += 1
          return askedOf(one, facts[place - 1]!)
        }),
      )
      const by = await pseudonymsFor(asked.flatMap(({ treatments }) => treatments))
      const kept: Refused[] = []
      place = 0
      await inTurns(
        eachOf(refused, (item) => {
          const { withheldBy, treatments } = asked[place]!
          const { event } = known[place]!
          place += 1
          const blocked = blockedWith(event, verdicts)
          if (blocked !== undefined) blocks.push(blocked)
          if (blocked?.action === 'DROP') count.add(blocked.rule)
          else if (withheldBy !== undefined) count.add(withheldBy)
          else {
            const clean = cleaned(item, event, treatments)
            kept.push(blocked === undefined ? clean : alsoBlocked(clean, blocked))
          }
        }),
      )
      await by.store()
      return { refused: kept, withheld: count.all(), blocked: blocks }

      /** An id that names somebody is another one in what is stored. */
      function idOf(event: ReadEvent, treatments: readonly FieldTreatment[]): ReadEvent {
        const about = { ...event, server: sending.server }
        return personal.clean(about, treatments, { pseudonyms: by, policy }).event
      }

      function cleaned(
        item: Refused,
        event: ReadEvent | undefined,
        treatments: readonly FieldTreatment[],
      ): Refused {
        const server = serverUnder(treatments)
        const asItWas = { ...item, around: { server, context: termsUnder(context, [], by) } }
        const { encoding, id, ...rest } = item
        const isText = encoding === undefined && (treatments.length > 0 || isJson(item.raw))
        if (treatments.length === 0 && (isText || isKeptUnread([]))) return asItWas
        const clean = encoding === undefined ? cleanText(item.raw, treatments, by) : undefined
        if (clean === undefined) {
          if (isKeptUnread(treatments)) return asItWas
          count.add('unreadable')
        }
        const raw = clean?.raw ?? stubOf(item.raw)
        const isNamed = id !== undefined && raw.includes(id)
        return {
          ...{ ...rest, raw, errors: saidWithout(item.errors, item.raw, clean) },
          ...(isNamed && { id }),
          around: {
            server,
            context: {
              ...termsUnder(context, treatments, by),
              ...(event && asSent(item.raw, idOf(event, treatments), raw)),
            },
          },
        }
      }
    },

    async cleanBody(body, refusal, context) {
      const raw = typeof body === 'string' ? body : Buffer.from(body).toString('latin1')
      const [facts] = await factsOf([{ raw }], needs)
      const { withheldBy, treatments } = askedOf({ raw }, facts!)
      const server = serverUnder(treatments)
      const asItWas = { ...refusal, body, server, context, withheld: [] }
      if (treatments.length === 0 && withheldBy === undefined) {
        if (policy.unreadable === 'keep' || (typeof body === 'string' && isJson(body)))
          return asItWas
      }
      const by = await pseudonymsFor(treatments)
      const found = withheldBy === undefined ? cleanText(body, treatments, by) : undefined
      // Where nobody was found, they may stand where nobody looks: it is no body of any standard.
      const isClean = found !== undefined && (found.changed > 0 || policy.unreadable === 'keep')
      const clean = isClean ? found : undefined
      const isUnread = clean === undefined && withheldBy === undefined
      if (isUnread && isKeptUnread(treatments)) return asItWas
      await by.store()
      const said = [{ path: [], code: '', message: refusal.message }]
      const terms = { ...context, ...termsUnder(context ?? {}, treatments, by) }
      return {
        body: clean?.raw ?? stubOf(body),
        errors: saidWithout(refusal.errors, raw, clean),
        message: saidWithout(said, raw, clean)[0]!.message,
        server,
        context: clean === undefined ? asPlainText(terms) : terms,
        withheld: clean === undefined ? [{ rule: withheldBy ?? 'unreadable', count: 1 }] : [],
      }
    },
  }
}

/** Nobody knows the domain of what is no event: it is blocked only where its sender is, with whatever it sends. */
function blockedWith(event: ReadEvent | undefined, verdicts: SenderVerdicts | undefined) {
  return event === undefined ? verdicts?.always : verdicts?.of(eventFactsOf(event, verdicts))
}

/** Stands for a text that is not kept: by its digest and its size its sender finds it. */
function stubOf(body: string | Uint8Array): string {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return JSON.stringify({ withheld: 'unreadable', sha256, bytes: bytes.length })
}

/** Says nothing of how a body came, in whose place is plain text. */
function asPlainText({
  contentEncoding: _,
  charset: __,
  ...context
}: Record<string, string>): Record<string, string> {
  return context
}
