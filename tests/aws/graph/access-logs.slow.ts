import { expect, it, setDefaultTimeout } from 'bun:test'
import { graphOf, ofType } from '../../support/graph/graphs'

setDefaultTimeout(240_000) // a synthesis takes 15 s on two idle cores

// With a name of its own a deployment has both kinds of APIs.
const graph = graphOf('ci', { NONIUS_DOMAIN: 'events.example.edu', NONIUS_ZONE_ID: 'ZEXAMPLE' })
const stages = ofType(graph, 'Stage')

it('has two stages that log how each request was answered', () => {
  expect(stages.map(({ name }) => name).sort()).toEqual(['ConnectionsStage', 'DoorStage'])
})

for (const { name, inputs } of stages) {
  const { format, destinationArn } = inputs.accessLogSettings

  it(`${name} logs each request as JSON, in a group that forgets`, () => {
    expect(JSON.parse(format)).toMatchObject({ status: '$context.status' })
    const logs = ofType(graph, 'LogGroup')
    const log = logs.find(({ outputs }) => outputs.arn === destinationArn)
    expect(log?.inputs.retentionInDays).toBe(30)
  })

  // A path may hold a key (`/caliper/in/KEY`) or a person's id; an address is a person's.
  it(`${name} logs neither keys nor anything of a person`, () => {
    const logged: string[] = format.match(/\$context\.[\w.]+/g)
    for (const kept of logged) expect(kept).not.toMatch(/path|identity|authorizer|error/i)
  })
}
