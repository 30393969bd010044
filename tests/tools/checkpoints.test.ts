import { expect, it } from 'bun:test'
import { join } from 'node:path'
import { fileCheckpoints } from '../../tools/aws-local/deployment/checkpoints'
import { temporaryFolder } from '../support/folders'

it('lets each function that reads a stream go on where it stood itself, after a kill, too', () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'checkpoints.json')
  const before = fileCheckpoints(file)
  before('changes').set('shard', '10')
  before('follow').set('shard', '700')
  expect(before('changes').get('shard')).toBe('10')
  const after = fileCheckpoints(file)
  expect([after('changes').get('shard'), after('follow').get('shard')]).toEqual(['10', '700'])
  expect(after('changes').get('other')).toBeUndefined()
})
