import { StorageError } from '../../error/storage-error'
import type { StatementEntry } from '../../event/statement'
import { inTurns, type Steps } from '../../syntax/steps'
import type { Clock } from '../clock'
import type { TokenSigner } from '../shared/page-token'
import type { StatementStore } from '../statement-store'
import type { Turns } from '../turns'
import { guarded, isDamage } from './database'
import { createCheckpointer } from './log/checkpointer'
import type { Position } from './log/generation'
import type { Notices } from './notices'
import { createAdding } from './statements/adding'
import { createCommits } from './statements/commits'
import { createConsistency } from './statements/consistency'
import { markDamaged, openStatementsFile } from './statements/file'
import { createFinders, FROM_LAST } from './statements/finders'
import { createFragments } from './statements/fragments'
import { createStatementKeys, packId } from './statements/keys'
import { createRemoval } from './statements/removal'
import { createKeyRows } from './statements/rows'
import { createSearch, heldOf } from './statements/search'
import { createSettled, type Settled } from './statements/settled'
import { createSpreads } from './statements/spreads'
import { createTenantNumbers } from './statements/tenants'

export interface LocalStatementStore extends StatementStore, Pick<Settled, 'follow'> {
  /**
   * Makes everything durable that was added, and notes that the follower of the log has come so far. It is
   * committed within this call, which resolves once it is on the disk.
   * @param written when what stands at the position was written, ms since 1970; undefined at the end
   * @throws {StorageError}
   */
  settle(position: Position, written: number | undefined): Promise<void>
}

// The thread that empties the WAL asks so often whether nobody writes (`checkpoint-worker.ts`).
const CROWDED_MS = 50

interface Options {
  file: string
  /** 16 bytes, of the data folder. */
  secret: Uint8Array
  clock: Clock
  tokens: TokenSigner
  /** The turns are shared with other long reads. */
  turns: Turns
  notices: Notices
  /** So many places of keys are filed together; `DUE` when left out. */
  due?: number | undefined
}

/**
 * Opens the store: a SQLite file that is a projection of the log. What is added is found at once, and
 * is in the file some milliseconds later; what a kill or a crash of the machine loses, the follower of
 * the log adds again (decisions/0042).
 * @throws {StorageError} when the file cannot be written
 */
export function openStatementStore(options: Options): LocalStatementStore {
  const { file, secret, clock, tokens, turns, notices } = options
  const db = openStatementsFile(file, notices)
  const checkpointer = createCheckpointer()
  const now = () => clock.now().getTime()
  const keys = createStatementKeys(secret)
  const tenants = createTenantNumbers(db)
  const finders = guarded('opening statements', () => createFinders(db, options.due))
  const rows = createKeyRows(db, finders)
  const spreads = createSpreads(db, rows)
  const fragments = createFragments(db, keys)
  const { add: apply, newest } = guarded('opening statements', () =>
    createAdding(db, { keys, tenants, rows, spreads, fragments }),
  )
  const commits = createCommits<StatementEntry>(db, {
    apply,
    onCommitted: finders.committed,
    onLost() {
      tenants.forget()
      fragments.forget()
      finders.lost()
    },
    onFailure,
    checkpointer,
  })
  const consistency = createConsistency(clock, (tenantId) =>
    guarded(
      'reading statements',
      () => finders.next(keys.all(tenantId), ...FROM_LAST)?.stored ?? 0,
    ),
  )
  const settled = createSettled(db, { commits, consistency })
  const byId = db.query<Parameters<typeof heldOf>[0] & { expires: number }, [number, Uint8Array]>(
    'SELECT id, stored, expires, voided, json FROM statements WHERE tenant = ? AND id = ?',
  )
  const isHeld = db.query<{ seq: number }, [number, Uint8Array]>(
    'SELECT seq FROM statements WHERE tenant = ? AND id = ?',
  )
  const search = createSearch(db, {
    keys,
    tenants,
    finders,
    consistency,
    tokens,
    turns,
    now,
    newest,
  })
  let isClosed = false
  /** Something is left that a kill or a failure broke off, and nobody does it at the moment. */
  let isSpreadLeft = guarded('opening statements', spreads.isDue)

  function onFailure(error: unknown) {
    if (isDamage(error)) markDamaged(file, notices)
  }

  function check() {
    if (isClosed) throw new StorageError('the statement store is closed', { isRetriable: true })
  }

  /** Runs what reads. A file that is found to be damaged is made anew at the next start. */
  async function watched<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    check()
    try {
      commits.mend()
      return await work()
    } catch (error) {
      onFailure(error)
      throw error
    }
  }

  function* spreading(): Steps<void> {
    isSpreadLeft = true
    do {
      check()
      yield
    } while (commits.work('spreading finders', spreads.step))
    isSpreadLeft = false
  }

  /** Goes on with what was left, while nobody waits for it. */
  function resume() {
    if (!isSpreadLeft) return
    isSpreadLeft = false
    inTurns(spreading()).catch(() => {})
  }

  function* adding(entries: readonly StatementEntry[]): Steps<void> {
    let isBegun = false
    for (const entry of entries) {
      check()
      commits.make(entry, entry.json.length)
      consistency.added(entry.tenantId, Date.parse(entry.stored))
      isBegun = spreads.wasBegun() || isBegun
      yield
    }
    if (isBegun) yield* spreading()
    else resume()
  }

  let filing: Promise<void> | undefined

  /** Files the newest rows beside all other work; whoever adds waits when that cannot keep up. */
  async function fileFinders(): Promise<void> {
    if (finders.isDue() && filing === undefined) {
      const work = <Result>(step: () => Result) => {
        check()
        return commits.work('filing finders', step)
      }
      // The next call tries again what fails.
      filing = inTurns(finders.file(work))
        .catch(() => {})
        .finally(() => {
          filing = undefined
        })
    }
    if (finders.isCrowded()) await filing
  }

  const removal = createRemoval(db, {
    ...{ commits, keys, tenants, finders, rows, spreads, fragments, turns, newest },
    spreadAll: () => inTurns(spreading()),
  })

  return {
    ...settled,
    settle: (position, written) => settled.settle(position, written, now()),
    begin: async (tenantId) => consistency.begin(tenantId),
    async add(entries) {
      if (commits.isCrowded()) await Bun.sleep(CROWDED_MS)
      await inTurns(adding(entries))
      await fileFinders()
    },

    held: (tenantId, statementIds) =>
      watched(() =>
        guarded('reading statements', () => {
          const tenant = tenants.find(tenantId)
          if (tenant === undefined) return new Set<string>()
          return new Set(statementIds.filter((id) => isHeld.get(tenant, packId(id)) !== null))
        }),
      ),

    get: (tenantId, statementId) =>
      watched(() => {
        const row = guarded('reading a statement', () => {
          const tenant = tenants.find(tenantId)
          return tenant === undefined ? null : byId.get(tenant, packId(statementId))
        })
        return row === null || row.expires <= now() ? undefined : heldOf(row)
      }),

    query: (tenantId, query, page) => watched(() => search(tenantId, query, page)),

    consistentThrough: (tenantId) =>
      watched(() => new Date(consistency.through(tenantId)).toISOString()),

    activity: (tenantId, id) =>
      watched(() =>
        guarded('reading statements', () => fragments.read(tenantId, 'activity', id, now())),
      ),
    agent: (tenantId, key) =>
      watched(() =>
        guarded('reading statements', () => fragments.read(tenantId, 'agent', key, now())),
      ),

    expire: (at) => watched(() => removal.expire(at.getTime())),
    erase: (tenantId, erasure) => watched(() => removal.erase(tenantId, erasure)),

    async [Symbol.asyncDispose]() {
      isClosed = true
      commits.close()
      await checkpointer[Symbol.asyncDispose]()
    },
  }
}
