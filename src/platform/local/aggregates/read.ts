import type { Database } from 'bun:sqlite'
import {
  type AggregateGroup,
  type AggregateQuestion,
  type Aggregates,
  dimensions,
  QUARTER_MS,
} from '../../aggregates'
import type { Turns } from '../../turns'
import { isDamage, translated } from '../database'
import { ALL, readAggregatesFile } from './file'
import type { Follower } from './follower'
import { countEvents } from './read-events'
import { countPeople } from './read-people'
import type { FileQuestion, Found } from './table'

export function createAggregates(options: {
  file: string
  follower: Pick<Follower, 'isExact' | 'lost'>
  turns: Turns
}): Aggregates {
  const { file, follower, turns } = options
  return {
    async count(question) {
      const turn = turns.begin(question.tenantId)
      await turn.next()
      // Nothing runs between the two: what is read is as it was when it was exact.
      if (!follower.isExact()) return undefined
      let db: Database | undefined
      try {
        db = readAggregatesFile(file)
        if (db === undefined) return []
        const asked = askedOf(question, db)
        if (asked === 'unknown') return []
        if (asked === undefined) return undefined
        const share = async () => {
          if (turn.isOver()) await turn.next()
        }
        const count = question.metric === 'events' ? countEvents : countPeople
        const found = await count(asked, share)
        if (found === undefined) return undefined
        return groupsOf(found, db)
      } catch (error) {
        if (!isDamage(error)) throw translated('reading aggregates', error)
        follower.lost(error)
        return undefined
      } finally {
        db?.close()
      }
    },
  }
}

/** @returns undefined when it cannot be told, and `unknown` when nothing is known of it */
function askedOf(question: AggregateQuestion, db: Database): FileQuestion | 'unknown' | undefined {
  const { tenantId, by, only, edges, metric, timeZone } = question
  if (edges.some((edge) => edge % QUARTER_MS !== 0)) return undefined
  const tenant = db
    .query<{ id: number; zone: string }, [string]>('SELECT id, zone FROM tenants WHERE name = ?')
    .get(tenantId)
  if (tenant === null) return 'unknown'
  if (metric === 'actors' && tenant.zone !== timeZone) return undefined
  const dimension = by === undefined ? ALL : dimensions.indexOf(by) + 1
  const isOverfull = db
    .query('SELECT 1 FROM overfull WHERE tenant = ? AND dimension = ? LIMIT 1')
    .get(tenant.id, dimension)
  if (isOverfull !== null) return undefined
  const asked = { db, tenant: tenant.id, dimension, edges, timeZone }
  if (only === undefined) return asked
  const label = db
    .query<{ id: number }, [number, number, string]>(
      'SELECT id FROM labels WHERE tenant = ? AND dimension = ? AND name = ?',
    )
    .get(tenant.id, dimension, only)
  return label === null ? 'unknown' : { ...asked, only: label.id }
}

function groupsOf(found: Found, db: Database): AggregateGroup[] {
  const name = db.query<{ name: string }, [number]>('SELECT name FROM labels WHERE id = ?')
  return [...found].map(([label, counts]) => ({ value: name.get(label)?.name ?? null, counts }))
}
