import { Database } from 'bun:sqlite'
import { expect, it } from 'bun:test'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { repository } from '../support/program'
import { blocksIn } from '../support/readme'
import { expectVerifies, receiverOf, startReceiver } from '../support/receiver-docs'

/* The code of docs/webhooks.md, as it stands there. Express, FastAPI, PHP and Go: tests/clients. */

const document = 'docs/webhooks.md'

it('docs/webhooks.md has a receiver with Hono that verifies', async () => {
  using folder = temporaryFolder()
  await using receiver = await startReceiver(receiverOf('ts', "from 'hono'"), async (code) => {
    await symlink(join(repository, 'node_modules'), join(folder.path, 'node_modules'))
    const file = join(folder.path, 'hook.ts')
    await writeFile(file, code)
    return [process.execPath, file]
  })
  await expectVerifies(receiver)
}, 30_000)

it('docs/webhooks.md handles an event once, in the transaction of what it means', () => {
  const [table, handling] = blocksIn(document, 'sql')
  using database = new Database(':memory:')
  database.run('CREATE TABLE grades (learner text, points int)')
  database.run("INSERT INTO grades VALUES ('u-17', 0)")
  database.run(table!)
  const [begin, insert, update, commit] = handling!.split('\n')
  function handle(event: { id: string; points: number; learner: string }) {
    database.run(begin!)
    const { changes } = database.prepare(insert!).run({ ':id': event.id })
    const { id: _, ...means } = event
    const named = { ':points': means.points, ':learner': means.learner }
    if (changes === 1) database.prepare(update!).run(named)
    database.run(commit!)
  }
  const grade = { id: 'e-1', points: 5, learner: 'u-17' }
  for (const event of [grade, grade, { ...grade, id: 'e-2' }]) handle(event)
  expect(database.query('SELECT points FROM grades').get()).toEqual({ points: 10 })
})
