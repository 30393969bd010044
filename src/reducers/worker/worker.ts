import { parentPort, workerData } from 'node:worker_threads'
import { deployed } from './deployed'
import { loadReducers } from './load'
import { type Answer, type Ask, BEAT, PLACE, REDUCER, type Start } from './protocol'
import { createWork } from './work'

// The thread in which reducers run: whoever started it ends it when one does not come back.
const start = workerData as Start
const progress = new Int32Array(start.progress)
const port = parentPort!
const send = (answer: Answer) => port.postMessage(answer)

function tick(reducer: number, place: number) {
  Atomics.store(progress, REDUCER, reducer)
  Atomics.store(progress, PLACE, place)
  Atomics.add(progress, BEAT, 1)
}

const { reducers, ...ready } = await loadReducers(start, deployed, (module) => tick(-1, module))
const work = createWork(reducers, ready.loaded, tick)
port.on('message', (ask: Ask) => {
  const answer = work(ask)
  tick(-1, -1)
  send(answer)
})
tick(-1, -1)
send({ ready })
