export interface TrinoResult {
  columns: { name: string; type: string }[]
  rows: unknown[][]
  /** So many bytes of the files were read. */
  inputBytes: number
}

/**
 * This is one answer of Trino's client protocol (`POST /v1/statement`, then `nextUri` until there
 * is none).
 */
interface Answer {
  nextUri?: string
  columns?: { name: string; type: string }[]
  data?: unknown[][]
  error?: { message: string }
  stats: { physicalInputBytes: number }
}

export function createTrinoClient(options: { endpoint: string; catalog: string; schema: string }) {
  const { endpoint, catalog, schema } = options
  const headers = {
    'X-Trino-User': 'test',
    'X-Trino-Catalog': catalog,
    'X-Trino-Schema': schema,
  }

  async function query(sql: string): Promise<TrinoResult> {
    let answer = await ask(`${endpoint}/v1/statement`, { method: 'POST', headers, body: sql })
    const rows: unknown[][] = []
    let columns: TrinoResult['columns'] = []
    for (;;) {
      if (answer.error) throw new Error(answer.error.message)
      if (answer.columns) columns = answer.columns.map(({ name, type }) => ({ name, type }))
      rows.push(...(answer.data ?? []))
      if (!answer.nextUri) return { columns, rows, inputBytes: answer.stats.physicalInputBytes }
      answer = await ask(answer.nextUri)
    }
  }

  return {
    query,

    /** Waits until a query works: Trino says that it has started before its one node takes work. */
    async ready(patienceMs: number) {
      const deadline = Date.now() + patienceMs
      for (;;) {
        try {
          await query('SELECT 1')
          return
        } catch (error) {
          if (Date.now() > deadline) throw error
        }
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    },
  }
}

async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const reply = await fetch(url, init)
  const text = await reply.text()
  if (!reply.ok) throw new Error(`Trino answered ${reply.status}: ${text.slice(0, 200)}`)
  return JSON.parse(text) as Answer
}
