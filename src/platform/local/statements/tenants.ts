import type { Database } from 'bun:sqlite'

/** Tenants have short numbers in the tables. */
export interface TenantNumbers {
  /** @returns undefined for one that has added nothing */
  find(tenantId: string): number | undefined
  /** Gives a tenant its number, within a transaction. */
  make(tenantId: string): number
  /** Forgets what is remembered, when a transaction was lost. */
  forget(): void
}

export function createTenantNumbers(db: Database): TenantNumbers {
  const select = db.query<{ number: number }, [string]>('SELECT number FROM tenants WHERE id = ?')
  const insert = db.query<null, [string]>('INSERT INTO tenants (id) VALUES (?)')
  const known = new Map<string, number>()

  function find(tenantId: string): number | undefined {
    const number = known.get(tenantId) ?? select.get(tenantId)?.number
    if (number !== undefined) known.set(tenantId, number)
    return number
  }

  return {
    find,
    make(tenantId) {
      if (find(tenantId) === undefined) insert.run(tenantId)
      return find(tenantId)!
    },
    forget: () => known.clear(),
  }
}
