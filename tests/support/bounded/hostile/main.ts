// A program of its own, so that what it costs is not the test's: does all the harm it knows to the
// server at the first argument, with the keys in the second, until it is told to stop by SIGTERM, or
// for so many seconds at most. Then it prints what came of each attack, as JSON.
import type { Attack } from './attack'
import * as bodies from './bodies'
import * as connections from './connections'
import * as readers from './readers'
import * as webhooks from './webhooks'

const attacks: Record<string, Attack> = { ...bodies, ...connections, ...readers, ...webhooks }

const [url = '', keyList = '', seconds = '600', only = ''] = process.argv.slice(2)
const keys = keyList.split(',')
let isOver = false
const end = () => {
  isOver = true
}
process.on('SIGTERM', end)
setTimeout(end, Number(seconds) * 1000).unref()

const outcomes: Record<string, Record<string, number>> = {}

async function run(name: string, attack: Attack, key: string) {
  const counts: Record<string, number> = {}
  outcomes[name] = counts
  const note = (outcome: string | number) => {
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  await attack({ url, key, note, isOver: () => isOver }).catch((error: Error) =>
    note(error.message),
  )
}

const wanted = Object.entries(attacks).filter(([name]) => only === '' || only.includes(name))
const running = wanted.map(([name, attack], n) => run(name, attack, keys[n % keys.length]!))
// Whoever still waits for an answer is not waited for.
while (!isOver) await Bun.sleep(50)
await Promise.race([Promise.all(running), Bun.sleep(3000)])
process.stdout.write(JSON.stringify(outcomes), () => process.exit())
