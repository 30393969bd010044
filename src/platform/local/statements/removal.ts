import type { Database } from 'bun:sqlite'
import { createPeople } from '../../../event/people'
import { inSlices } from '../../../syntax/steps'
import type { Erased, Erasure } from '../../erasure'
import type { Turns } from '../../turns'
import { guarded } from '../database'
import { emptyWal } from '../empty-wal'
import type { Commits } from './commits'
import { type Finders, FROM_FIRST } from './finders'
import type { Fragments } from './fragments'
import { type StatementKeys, unpackKeys } from './keys'
import type { Place } from './place'
import type { KeyRows } from './rows'
import type { Spreads } from './spreads'
import type { TenantNumbers } from './tenants'

// So many statements, each with some ten rows, are dropped in a step of about two milliseconds.
const A_STEP = 20

interface Needs {
  commits: Pick<Commits<unknown>, 'work' | 'commit' | 'mend'>
  keys: StatementKeys
  tenants: TenantNumbers
  finders: Pick<Finders, 'next'>
  rows: KeyRows
  spreads: Spreads
  fragments: Fragments
  turns: Turns
  /** Lets all referrers have what they inherit. */
  spreadAll(): Promise<void>
  newest(): number
}

export function createRemoval(db: Database, needs: Needs) {
  const { commits, keys, tenants, finders, rows, spreads, fragments, turns, spreadAll } = needs
  const { newest } = needs
  const expired = db.query<{ seq: number }, [number]>(
    `SELECT seq FROM statements WHERE expires <= ? LIMIT ${A_STEP}`,
  )
  const textOf = db.query<{ json: string; own: Uint8Array }, [number]>(
    'SELECT json, own FROM statements WHERE seq = ?',
  )
  const fragmentsAfter = db.query<FragmentRow, [number, number]>(
    `SELECT number, ofAgent, sayer, id, json FROM fragments
     WHERE tenant = ? AND number > ? ORDER BY number LIMIT 1`,
  )
  const bySayer = db.query<FragmentRow, [number]>(
    'SELECT number, ofAgent, sayer, id, json FROM fragments WHERE sayer = ?',
  )
  const removeFragment = db.query<null, [number]>('DELETE FROM fragments WHERE number = ?')

  interface FragmentRow {
    number: number
    ofAgent: number
    sayer: number
    id: string
    json: string
  }

  /** Drops what has expired, a few at a time. What it said of others expires by itself. */
  async function expire(now: number): Promise<{ dropped: number }> {
    let dropped = 0
    for (;;) {
      const turn = turns.begin('')
      await turn.next()
      const count = commits.work('dropping statements', () => {
        const found = expired.all(now)
        for (const { seq } of found) rows.remove(rows.bySeq(seq)!)
        return found.length
      })
      const texts = commits.work('dropping statements', () => fragments.expire(now, A_STEP))
      dropped += count
      if (count < A_STEP && texts < A_STEP) return { dropped }
    }
  }

  /**
   * A name that an erased statement gave an agent goes with it: whoever names the agent is erased as
   * well. A definition stays as long as other statements are about the activity.
   */
  function removeSaid(tenantId: string, seq: number) {
    for (const { number, ofAgent, id } of bySayer.all(seq)) {
      const about = keys.of(tenantId, { by: 'relatedActivity', value: id })
      const object = keys.of(tenantId, { by: 'activity', value: id })
      const isOthers =
        ofAgent === 0 && [about, object].some((key) => finders.next(key, ...FROM_FIRST))
      if (!isOthers) removeFragment.run(number)
    }
    fragments.forget()
  }

  async function erase(tenantId: string, { actorIds, isDryRun = false }: Erasure): Promise<Erased> {
    const turn = turns.begin(tenantId)
    await turn.next()
    commits.mend()
    const tenant = guarded('erasing statements', () => tenants.find(tenantId))
    const people = createPeople(actorIds)
    const named = actorIds.filter((id) => id !== '')
    const theirs = new Set(named.map((value) => keys.of(tenantId, { by: 'agent', value })))
    const all = keys.all(tenantId)
    const top = newest()
    let removed = 0
    let looked = 0

    async function isTheirs({ json, own }: { json: string; own: Uint8Array }) {
      if (unpackKeys(own).some((key) => theirs.has(key))) return true
      return inSlices(people.areIn(json, 'json'), turn)
    }

    let [at, ...upward]: [Place, boolean, number] = [...FROM_FIRST]
    while (tenant !== undefined) {
      const place = guarded('erasing statements', () => finders.next(all, at, ...upward))
      if (place === undefined) break
      at = { stored: place.stored, seq: place.seq + 1 }
      const held =
        place.seq > top ? null : guarded('erasing statements', () => textOf.get(place.seq))
      looked += 1
      if (held !== null && (await isTheirs(held))) {
        const isGone =
          isDryRun ||
          commits.work('erasing statements', () => {
            const row = rows.bySeq(place.seq)
            if (row === null) return false
            rows.remove(row)
            spreads.renew(row)
            removeSaid(tenantId, row.seq)
            return true
          })
        if (isGone) removed += 1
      }
      if (turn.isOver()) await turn.next()
    }

    for (let number = 0; tenant !== undefined; ) {
      const row = guarded('erasing statements', () => fragmentsAfter.get(tenant, number))
      if (row === null) break
      number = row.number
      const text = JSON.stringify([row.id, row.json])
      const isNamed =
        (await inSlices(people.areIn(text, 'json'), turn)) ||
        (await inSlices(people.areIn(row.json, 'json'), turn))
      if (isNamed && !isDryRun)
        commits.work('erasing statements', () => removeFragment.run(row.number))
      if (turn.isOver()) await turn.next()
    }
    if (isDryRun) return { removed, looked }
    fragments.forget()
    await spreadAll()
    commits.commit()
    await emptyWal(db.filename)
    return { removed, looked }
  }

  return { expire, erase }
}
