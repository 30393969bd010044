import { loadOnce, type TargetPlace } from '../../src/platform/local/load/open'

// Loads from the lake of a data folder, for a test that kills it: at the step of this number, it kills
// itself. It says how many steps there were.
const [dataDir = '', place = '', number = ''] = process.argv.slice(2)
let steps = 0
await loadOnce(JSON.parse(place) as TargetPlace, {
  ...{ dataDir, tenantId: 'default', lakeId: 'this one', isDryRun: false },
  step() {
    steps += 1
    if (String(steps) === number) process.kill(process.pid, 'SIGKILL')
  },
})
process.stdout.write(`${steps}\n`)
process.exit()
