/** A connection for publishing has this name, which the platform remembers it by. */
export const publishName = 'publish'
export const publishPath = '/ws/publish'
