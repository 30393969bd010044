import { describe, expect, it } from 'bun:test'
import { isAdministration } from './administration'

const changes: [method: string, path: string][] = [
  ['POST', '/keys'],
  ['POST', '/keys/'],
  ['POST', '//keys'],
  ['POST', '/%6beys'],
  ['POST', '/x/../keys'],
  ['DELETE', '/keys/key_1'],
  ['POST', '/keys/key_1/rotate'],
  ['POST', '/tenants'],
  ['PATCH', '/tenants/school'],
  ['PUT', '/tenants/school/issuers'],
  ['POST', '/sources'],
  ['PUT', '/sources/demo'],
  ['DELETE', '/api/v1/events'],
  ['DELETE', '/events'],
]

const others: [method: string, path: string][] = [
  ['GET', '/keys'],
  ['HEAD', '/keys'],
  ['OPTIONS', '/keys'],
  ['GET', '/tenants/school'],
  ['POST', '/keyset'],
  ['POST', '/api/v1/events'],
  ['DELETE', '/api/v1/events/1'],
  ['POST', '/caliper/v1p2/events'],
  ['POST', '/api/v1/in/keys'],
  ['DELETE', '/webhooks/keys'],
  ['POST', '/privacy/erasures'],
  ['POST', '/'],
]

describe('A request that changes who may do what', () => {
  for (const [method, path] of changes) {
    it(`is ${method} ${path}`, () => expect(isAdministration(method, path)).toBe(true))
  }
  for (const [method, path] of others) {
    it(`is not ${method} ${path}`, () => expect(isAdministration(method, path)).toBe(false))
  }
})
