import { openArchive } from '../../src/platform/local/archive'
import { openSettlement } from '../../src/platform/local/settlement'
import { silentLog } from '../../src/telemetry/log'
import { clockAt } from './clock'

// Settles the lake of a folder, for a test that kills it: at the step of this number, it kills
// itself. It says how many steps there were. With a time, it joins the hours that are over by then instead.
const [folder = '', number = '', file = '', joinsAt] = process.argv.slice(2)
let steps = 0
const aggregates = { file, key: '0a', zones: async () => ({}) }
const archive = openArchive({ folder, log: silentLog, ...(file !== '' && { aggregates }) })
const settlement = await openSettlement({
  folder,
  archive,
  clock: clockAt(() => new Date(joinsAt ?? Date.now())),
  ...(joinsAt !== undefined && { sizes: { leastFiles: 2, smallBytes: 0 } }),
  step() {
    steps += 1
    if (String(steps) === number) process.kill(process.pid, 'SIGKILL')
  },
})
await archive.workshop.follower?.catchUp(new AbortController().signal)
await (joinsAt === undefined ? settlement.settle({ until: '2026-11-18' }) : settlement.joinHours())
await archive[Symbol.asyncDispose]()
process.stdout.write(`${steps}\n`)
process.exit()
