import { Database } from 'bun:sqlite'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createDuck } from '../../../src/platform/local/parquet/duck'

/** Names the files of a data folder in which a text stands, packed or not. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  await using duck = createDuck()
  const found: string[] = []
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const path = join(folder, name)
    // A server at work removes files meanwhile.
    const about = statSync(path, { throwIfNoEntry: false })
    if (!about?.isFile()) continue
    const texts = [readFileSync(path).toString('latin1')]
    if (path.endsWith('.parquet')) {
      const connection = await duck.connect()
      const rows = await connection.runAndReadAll(
        `SELECT to_json(t)::VARCHAR FROM read_parquet('${path}') t`,
      )
      texts.push(JSON.stringify(rows.getRowsJson()))
      connection.closeSync()
    }
    if (/hot\/\d+\.db$/.test(path)) {
      using db = new Database(path, { readonly: true })
      const rows = db.query<{ body: Uint8Array }, []>('SELECT body FROM segments').all()
      for (const { body } of rows) {
        texts.push(Buffer.from(await Bun.zstdDecompress(body)).toString())
      }
    }
    if (texts.some((one) => one.includes(text))) found.push(name)
  }
  return found
}
