/**
 * This is the usual service: Fastify with a schema of JSON, `pg` with its pool, a row of JSONB an
 * event, an INSERT a request. The id makes an event one of its kind, three columns are indexed. It
 * runs in Node, and has no tenants, no report, no archive, no webhooks.
 *
 *     node bench/peers/fastify-postgres.mjs postgres://…       prints its port
 */
import Fastify from 'fastify'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 })
await pool.query(`
  CREATE TABLE events (id text PRIMARY KEY, type text, actor text, time timestamptz, body jsonb);
  CREATE INDEX ON events (type); CREATE INDEX ON events (actor); CREATE INDEX ON events (time)`)

const text = { type: 'string', minLength: 1 }
const event = {
  type: 'object',
  required: ['id', 'type', 'actor', 'action', 'object', 'eventTime'],
  properties: {
    ...{ id: text, type: text, action: text },
    eventTime: { type: 'string', format: 'date-time' },
    actor: { anyOf: [text, { type: 'object', required: ['id'], properties: { id: text } }] },
    object: { anyOf: [text, { type: 'object', required: ['id'], properties: { id: text } }] },
  },
}
const body = {
  type: 'object',
  required: ['sensor', 'sendTime', 'dataVersion', 'data'],
  properties: {
    ...{ sensor: text, dataVersion: text, data: { type: 'array', items: event } },
    sendTime: { type: 'string', format: 'date-time' },
  },
}
const INSERT = `INSERT INTO events
  SELECT body->>'id', body->>'type', coalesce(body->'actor'->>'id', body->>'actor'),
    (body->>'eventTime')::timestamptz, body
  FROM jsonb_array_elements($1::jsonb) AS body ON CONFLICT DO NOTHING`

const BODY_LIMIT = 8 * 1024 * 1024
const app = Fastify({ bodyLimit: BODY_LIMIT })
app.post('/*', { schema: { body } }, async (request) => {
  const { data } = request.body
  await pool.query({ name: 'add', text: INSERT, values: [JSON.stringify(data)] })
  return { stored: data.length }
})
const address = await app.listen({ port: 0, host: '127.0.0.1' })
console.log(new URL(address).port)
