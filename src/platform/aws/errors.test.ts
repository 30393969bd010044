import { expect, it } from 'bun:test'
import { StorageError } from '../../error/storage-error'
import { guarded, storageError } from './errors'

/**
 * Makes an error as a client of the SDK throws it.
 * @param status of the answer; undefined when there was none
 */
function thrown(name: string, status?: number): Error {
  const $metadata = status === undefined ? {} : { httpStatusCode: status }
  return Object.assign(new Error('said the service'), { name, $metadata })
}

const passing: [name: string, status?: number][] = [
  // Each service says in its own way that it is asked too often.
  ['ProvisionedThroughputExceededException', 400],
  ['ThrottlingException', 400],
  ['RequestThrottled', 403],
  ['SlowDown', 503],
  ['LimitExceededException', 429],
  // Credentials are renewed, clocks are set.
  ['ExpiredTokenException', 400],
  ['ExpiredToken', 400],
  ['InvalidSignatureException', 400],
  ['RequestTimeTooSkewed', 403],
  // The request met another one, or a socket that had fallen asleep.
  ['TransactionConflictException', 400],
  ['RequestTimeout', 400],
  // There is no answer, or one that says that it is not our fault.
  ['TimeoutError'],
  ['CredentialsProviderError'],
  ['InternalServerError', 500],
]

const lasting: [name: string, status: number][] = [
  ['AccessDeniedException', 400],
  ['ResourceNotFoundException', 400],
  ['ValidationException', 400],
  ['NoSuchBucket', 404],
]

for (const [name, status] of passing) {
  it(`waiting may mend a failure of ${name} ${status ?? 'without an answer'}`, () => {
    expect(storageError('reading', thrown(name, status)).isRetriable).toBe(true)
  })
}

for (const [name, status] of lasting) {
  it(`waiting does not mend ${name}`, () => {
    expect(storageError('reading', thrown(name, status)).isRetriable).toBe(false)
  })
}

it('says what was being done, and what the service said', async () => {
  const work = async () => Promise.reject(thrown('ValidationException', 400))
  const error = await guarded('reading', work).catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(StorageError)
  expect((error as Error).message).toBe('reading: ValidationException: said the service')
})

it('leaves alone what is a storage error already', () => {
  const error = new StorageError('full', { isRetriable: true })
  expect(storageError('writing', error)).toBe(error)
})
