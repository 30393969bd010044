import type { IsCurrent } from '../access/recheck'
import type { Principal } from '../identity/principal'
import type { Log } from '../telemetry/log'

interface Checked {
  readonly principal: Principal
  end(reason: 'revoked'): void
}

// A key that was revoked is known here after two seconds at most, however many are asked about: well
// within the five that it may go on for.
const EVERY_MS = 2000

// So many keys are asked about at a time, so that those of a large school do not wait for each other.
const AT_ONCE = 16

/** Rechecks end those whose key or token does not hold any more, two seconds later at most. */
export interface Rechecks extends Disposable {
  /** Asks whether a key or token holds; true where that cannot be known. */
  holds(principal: Principal): Promise<boolean>
}

export function startRechecks({
  members,
  isCurrent,
  log,
  everyMs = EVERY_MS,
}: {
  members: ReadonlySet<Checked>
  isCurrent: IsCurrent
  log: Log
  everyMs?: number | undefined
}): Rechecks {
  let isChecking = false

  async function holds(principal: Principal): Promise<boolean> {
    try {
      // A key that was made for a role has no scope.
      const hasRole = principal.role !== undefined || principal.person !== undefined
      return await isCurrent(principal, hasRole ? undefined : 'events:read')
    } catch (error) {
      // Nobody knows: it is asked again, and nobody is cut off for what a registry lacks.
      const { message: reason } = error as Error
      log.warn('the keys of live readers could not be checked', { reason })
      return true
    }
  }

  async function check(group: readonly Checked[]) {
    if (await holds(group[0]!.principal)) return
    for (const one of group) one.end('revoked')
  }

  async function checkAll() {
    if (isChecking) return
    isChecking = true
    try {
      const groups = [...groupsOf(members).values()]
      while (groups.length > 0) await Promise.all(groups.splice(0, AT_ONCE).map(check))
    } finally {
      isChecking = false
    }
  }

  const timer = setInterval(checkAll, everyMs)
  return { holds, [Symbol.dispose]: () => clearInterval(timer) }
}

/** Groups those that are known by the same key; a token is one of its own, with an end of its own. */
function groupsOf(members: Iterable<Checked>): Map<unknown, Checked[]> {
  const groups = new Map<unknown, Checked[]>()
  for (const member of members) {
    const { hash, expiresAt } = member.principal
    const key = hash !== undefined && expiresAt === undefined ? hash : member.principal
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [member])
    else group.push(member)
  }
  return groups
}
