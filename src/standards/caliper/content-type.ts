import { mediaType } from '../../syntax/media-type'

/**
 * Whether an endpoint must read it (6.1: "content-type other than application/json, reply with a
 * 415"). Parameters do not count: the .NET sensor sends `; charset=utf-8`.
 */
export function isJsonMediaType(header: string | null | undefined): boolean {
  return mediaType(header) === 'application/json'
}
