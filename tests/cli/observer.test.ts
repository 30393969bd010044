import { expect, it } from 'bun:test'
import { nonius } from '../support/program'
import { startPublishTest } from '../support/publish-api'
import { openSocket } from '../support/sockets'

// A program takes a second to start on a busy machine.
it('nonius observer lists streams, and prints the frames of one', async () => {
  await using test = await startPublishTest()
  const { app } = test
  const url = new URL('/wsapi/in/', test.url)
  url.searchParams.set('key', app.keys.demo)
  await using socket = await openSocket(url)
  const frames = [
    { event: 'lock_fields', fields: { source: 'org.test', user_id: 'amy' } },
    ...Array.from({ length: 1100 }, (_, n) => ({ event: 'keystroke', n })),
  ]
  for (const frame of frames) socket.send(JSON.stringify(frame))
  socket.send('{broken')
  while (JSON.parse(await socket.next()).through !== frames.length + 1);

  const env = {
    NONIUS_URL: new URL('/', test.url).href.replace('ws', 'http'),
    NONIUS_KEY: app.keys.admin,
  }
  const observer = (...args: string[]) => nonius(['observer', ...args], { env })
  const listed = await observer('sessions')
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' })
  expect(listed.stdout).toMatch(/testcase-amy +unauthenticated +org\.test +demo/)
  const json = await observer('sessions', '--json', '--user', 'testcase-amy', '--limit', '1')
  const { sessionId } = JSON.parse(json.stdout)
  // Of a log that is longer than a page, all pages.
  const log = await observer('log', sessionId, '--after', '1')
  const lines = log.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ client }) => client.n)).toEqual([
    ...Array.from({ length: 1100 }, (_, n) => n),
    undefined,
  ])
  expect(lines.at(-1)).toMatchObject({ client: '{broken', connection: { frame: 1102 } })
  const none = await observer('log', 'none')
  expect(none).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining('No connection'),
  })
}, 60_000)
