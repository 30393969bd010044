import { openStore } from './local-store'

// Erases a person from the log of a folder, for a test that kills it. It says `leaving` before each
// segment.
const [folder = '', actorId = ''] = process.argv.slice(2)
const store = openStore(folder)
await store.erase('default', {
  actorIds: [actorId],
  leaving: async () => void process.stdout.write('leaving\n'),
})
process.stdout.write('done\n')
