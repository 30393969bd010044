/** This is the only error that crosses a port. Adapters translate their vendor's errors into it. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  /**
   * The flag says whether waiting helps: a full disk may be emptied, a corrupt file will not mend
   * itself.
   */
  readonly isRetriable: boolean

  constructor(message: string, options: { isRetriable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.isRetriable = options.isRetriable
  }
}
