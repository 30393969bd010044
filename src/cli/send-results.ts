import type { Issue } from '../error/issue'
import type { Receipt } from '../event/receipt'
import { standardNamed } from '../standards'
import { CommandError } from './failure'
import { describeIssue } from './issue-text'
import type { Parcel } from './parcels'
import type { Answer } from './post'

// After one of these every further request would be answered alike: wrong key, wrong address.
const HOPELESS = new Set([401, 403, 404, 405, 415])

export interface Total {
  sent: number
  accepted: number
  duplicates: number
  /** The server's policy keeps none of these, and will not when they are sent again. */
  withheld: number
}

/** Counts what became of parcels, and says which items were not accepted, and why. */
export function createResults(say: (line: string) => void) {
  const total: Total = { sent: 0, accepted: 0, duplicates: 0, withheld: 0 }

  function addReceipt({ places, form }: Parcel, receipt: Receipt): void {
    const { eventCount, entityCount, acceptedForLater = 0 } = receipt
    total.accepted += eventCount + entityCount + acceptedForLater
    total.duplicates += receipt.duplicates
    for (const { rule, count } of receipt.withheld ?? []) {
      // Its text is withheld, and it is named below.
      if (rule !== 'unreadable') total.withheld += count
    }
    // The place says already what leads to the item.
    const lead = (standardNamed(form.name)?.idPath(0).length ?? 1) - 1
    for (const { index, quarantineId, errors } of receipt.quarantined) {
      const reasons = errors.map(({ path, message }) =>
        describeIssue({ path: path.slice(lead), message }),
      )
      say(`${places[index]}: quarantined as ${quarantineId}, ${reasons.join('; ')}`)
    }
    const unnamed = (receipt.quarantinedCount ?? 0) - receipt.quarantined.length
    if (unnamed > 0) say(`… and ${unnamed} more; \`nonius quarantine list\` shows them`)
  }

  return {
    total,
    /** @throws {CommandError} for an answer after which sending more makes no sense */
    take(parcel: Parcel, answer: Answer, endpoint: URL): void {
      const { status, body } = answer
      if (HOPELESS.has(status)) throw new CommandError(`${endpoint}: ${reasonOf(answer)}`)
      total.sent += parcel.places.length
      if (status !== 200) say(`${spanOf(parcel)}: refused, ${reasonOf(answer)}`)
      else if (Array.isArray(body)) total.accepted += body.length
      else addReceipt(parcel, receiptOf(answer, endpoint))
    },
  }
}

function receiptOf({ body }: Answer, endpoint: URL): Receipt {
  if (typeof body.eventCount === 'number' && Array.isArray(body.quarantined)) {
    return body as unknown as Receipt
  }
  throw new CommandError(`${endpoint} answers, but not as Nonius does; is the URL right?`)
}

/** Reads the reason from a problem document, or from the reply of a proxy before the server. */
export function reasonOf({ status, body }: Answer): string {
  const detail = String(body.detail ?? body.title ?? '')
  const errors = Array.isArray(body.errors) ? (body.errors as Issue[]).map(describeIssue) : []
  // A detail often has the first of them already.
  const more = errors.filter((text) => !detail.includes(text))
  if (more.length === 0) return `${status} ${detail}`.trim()
  return [`${status} ${detail.replace(/\.$/, '')}`.trim(), ...more].join('; ')
}

function spanOf({ places }: Parcel): string {
  return places.length < 2 ? (places[0] ?? 'an empty envelope') : `${places[0]} to ${places.at(-1)}`
}
