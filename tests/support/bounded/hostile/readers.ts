import { type Attack, ask, crowd } from './attack'

/** Pages of large events, one after another. */
export const largePages: Attack = crowd(4, 50, async (needs) => {
  await ask(needs, '/analytics/events?limit=1000')
  await ask(needs, '/analytics/events?limit=1000&view=record')
})

/** Somebody who is not there, so that all of the index is looked through. */
export const absentActors: Attack = crowd(4, 20, async (needs) => {
  const actor = encodeURIComponent(`https://nobody.example/${Math.random()}`)
  await ask(needs, `/analytics/events?actorId=${actor}&limit=1000`)
})

/** Lists of what lies in quarantine. */
export const quarantineLists: Attack = crowd(2, 50, async (needs) => {
  const reply = await ask(needs, '/quarantine?limit=1000')
  const [, id] = /"quarantineId":"(\w+)"/.exec(reply?.text ?? '') ?? []
  if (id !== undefined) await ask(needs, `/quarantine/${id}`)
})
