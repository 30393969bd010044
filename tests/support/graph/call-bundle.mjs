// Imports a function's bundle as Lambda's runtime does, calls it with each event of stdin, prints the
// answers. In a process of its own, under Node: a bundle reads its environment as it is imported.
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

const { entry, events } = JSON.parse(await text(process.stdin))
// Lambda's runtime has this for functions that stream: it calls them with a stream, too.
globalThis.awslambda = { streamifyResponse: (streaming) => streaming }
const { handler } = await import(pathToFileURL(entry).href)
const answers = []
for (const event of events) answers.push(await handler(event, {}))
process.stdout.write(JSON.stringify({ type: typeof handler, answers }), () => process.exit(0))
